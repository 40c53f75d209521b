// The least RTT of the last minutes: Kathleen Nichols's windowed minimum of three samples, as lib/win_minmax.c and tcp_min_rtt keep it.

namespace ActorNet.Protocols.Tcp;

/// <summary>The minimum over a sliding window, in constant space.</summary>
internal struct WindowedMin
{
    private uint _v0, _v1, _v2;
    private uint _t0, _t1, _t2;

    /// <summary>The least value; uint.MaxValue before any.</summary>
    public readonly uint Value => _v0 == 0 ? uint.MaxValue : _v0;

    /// <param name="window">Milliseconds that a value counts.</param>
    /// <param name="t">Now in milliseconds.</param>
    public void Sample(uint window, uint t, uint value)
    {
        if (value == 0) value = 1;
        if (_v0 == 0 || value <= _v0 || t - _t2 > window)
        {
            _v0 = _v1 = _v2 = value;
            _t0 = _t1 = _t2 = t;
            return;
        }

        if (value <= _v1)
        {
            _v1 = _v2 = value;
            _t1 = _t2 = t;
        }
        else if (value <= _v2)
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
        else if (_t2 == _t1 && t - _t1 > window / 2)
        {
            (_v2, _t2) = (value, t);
        }
    }
}
