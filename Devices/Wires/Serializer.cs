// Puts frames on a wire one after another, at a rate. Time is kept as a rational number (nanoseconds and a remainder in units of
// 1/rate ns), so that a million frames end where arithmetic says, not where a million roundings say.

namespace ActorNet.Devices.Wires;

/// <summary>When the wire is free, and how long a frame takes. Pure; a few ns per frame.</summary>
internal struct Serializer
{
    private const long NanosPerSecond = 1_000_000_000;

    private long _freeAt, _remainder; // free at _freeAt + _remainder / _rate
    private long _rate;
    private int _overhead, _cellSize, _cellOverhead;

    // The last two lengths' times: traffic is mostly full segments and ACKs, and a 64-bit division costs more than all else here.
    private int _lengthA, _lengthB;
    private long _nanosA, _restA, _nanosB, _restB;

    public void Configure(WireSpec spec)
    {
        _rate = spec.Rate;
        _overhead = spec.PacketOverhead;
        _cellSize = spec.CellSize;
        _cellOverhead = spec.CellOverhead;
        _lengthA = _lengthB = -1;
        if (_remainder != 0) _freeAt++; // the remainder's unit was the old rate's
        _remainder = 0;
    }

    /// <summary>Gives up what it has not sent: free from now on.</summary>
    public void Abort(Instant now)
    {
        if (FreeAt <= now) return;
        _freeAt = now.Nanoseconds;
        _remainder = 0;
    }

    /// <summary>When the last bit of all frames so far is out, rounded up.</summary>
    public readonly Instant FreeAt => new(_remainder == 0 ? _freeAt : _freeAt + 1);

    /// <summary>Sends a frame as soon as the wire is free: when its first bit leaves (rounded down) and when its last has left (rounded up).</summary>
    public void Send(int length, Instant now, out Instant start, out Instant end)
    {
        long at = now.Nanoseconds;
        if (at > _freeAt || (at == _freeAt && _remainder == 0))
        {
            _freeAt = at;
            _remainder = 0;
        }

        start = new Instant(_freeAt);
        if (_rate != 0)
        {
            if (length != _lengthA) Look(length);
            _freeAt += _nanosA;
            _remainder += _restA;
            if (_remainder >= _rate)
            {
                _remainder -= _rate;
                _freeAt++;
            }
        }

        end = FreeAt;
    }

    /// <summary>A frame's bytes on the wire, as tc counts them.</summary>
    public readonly long WireBytes(int length)
    {
        long bytes = Math.Max(0, (long)length + _overhead);
        if (_cellSize == 0) return bytes;
        long cells = (bytes + _cellSize - 1) / _cellSize;
        return cells * (_cellSize + _cellOverhead);
    }

    private void Look(int length)
    {
        (_lengthA, _lengthB) = (_lengthB, _lengthA);
        (_nanosA, _nanosB) = (_nanosB, _nanosA);
        (_restA, _restB) = (_restB, _restA);
        if (length == _lengthA) return;
        long work = WireBytes(length) * 8 * NanosPerSecond; // < 2^63 up to 1 GB
        _lengthA = length;
        _nanosA = work / _rate;
        _restA = work % _rate;
    }
}
