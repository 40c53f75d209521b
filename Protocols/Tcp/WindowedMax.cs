// The greatest value of the last rounds: Kathleen Nichols's windowed maximum of three samples, the twin of WindowedMin (lib/win_minmax.c).

namespace ActorNet.Protocols.Tcp;

/// <summary>The maximum over a sliding window, in constant space.</summary>
internal struct WindowedMax
{
    private ulong _v0, _v1, _v2;
    private uint _t0, _t1, _t2;

    /// <summary>The greatest value; 0 before any.</summary>
    public readonly ulong Value => _v0;

    /// <param name="window">For how much of t a value counts.</param>
    /// <param name="t">Now, by any clock that does not go back.</param>
    public void Sample(uint window, uint t, ulong value)
    {
        if (value >= _v0 || t - _t2 > window)
        {
            // A new best, or nothing of the old is left.
            _v0 = _v1 = _v2 = value;
            _t0 = _t1 = _t2 = t;
            return;
        }

        if (value >= _v1)
        {
            _v1 = _v2 = value;
            _t1 = _t2 = t;
        }
        else if (value >= _v2)
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
