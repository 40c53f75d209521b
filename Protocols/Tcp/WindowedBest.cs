// The best value of a sliding window: Kathleen Nichols's three samples (lib/win_minmax.c), for the least RTT and the greatest bandwidth.

namespace ActorNet.Protocols.Tcp;

/// <summary>Which of two values is the better one. 0 is none yet.</summary>
public interface IOrderOf<T>
{
    /// <summary>At least as good, or there is none yet.</summary>
    static abstract bool IsAsGood(T value, T than);
}

/// <summary>The less, the better.</summary>
public readonly struct Least : IOrderOf<uint>
{
    public static bool IsAsGood(uint value, uint than) => than == 0 || value <= than;
}

/// <summary>The more, the better.</summary>
public readonly struct Greatest : IOrderOf<ulong>
{
    public static bool IsAsGood(ulong value, ulong than) => value >= than;
}

/// <summary>The best over a sliding window, in constant space.</summary>
public struct WindowedBest<T, TOrder>
    where T : unmanaged
    where TOrder : struct, IOrderOf<T>
{
    private T _v0, _v1, _v2;
    private uint _t0, _t1, _t2;

    /// <summary>The best value; 0 before any.</summary>
    public readonly T Value => _v0;

    /// <param name="window">For how much of t a value counts.</param>
    /// <param name="t">Now, by any clock that does not go back.</param>
    /// <param name="value">Not 0.</param>
    public void Sample(uint window, uint t, T value)
    {
        if (TOrder.IsAsGood(value, _v0) || t - _t2 > window)
        {
            // A new best, or nothing of the old is left.
            _v0 = _v1 = _v2 = value;
            _t0 = _t1 = _t2 = t;
            return;
        }

        if (TOrder.IsAsGood(value, _v1))
        {
            _v1 = _v2 = value;
            _t1 = _t2 = t;
        }
        else if (TOrder.IsAsGood(value, _v2))
        {
            _v2 = value;
            _t2 = t;
        }

        if (t - _t0 > window)
        {
            (_v0, _t0) = (_v1, _t1);
            (_v1, _t1) = (_v2, _t2);
            (_v2, _t2) = (value, t);
            if (t - _t0 > window)
            {
                (_v0, _t0) = (_v1, _t1);
                (_v1, _t1) = (_v2, _t2);
            }
        }
        else if (_t1 == _t0 && t - _t1 > window / 4)
        {
            (_v1, _t1) = (value, t);
            (_v2, _t2) = (value, t);
        }
        else if (_t2 == _t1 && t - _t0 > window / 2)
        {
            (_v2, _t2) = (value, t);
        }
    }
}
