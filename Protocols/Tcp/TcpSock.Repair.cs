// What only a socket has that listens, or whose connection has lost, reordered, retransmitted, probed, been SACKed or had urgent data: an object beside it, made when the first of it is set to something.
// The names are those of struct tcp_sock; the code that counts with them does not care where they lie. Forgetting what was never noted makes nothing.

namespace ActorNet.Protocols.Tcp;

/// <summary>What most sockets do without.</summary>
internal sealed class TcpRepair
{
    public int SackedOut, LostOut, RetransOut, PrrDelivered, PrrOut, PriorSsthresh, UndoRetrans, ReordSeen, SackDelivered, CompressedAcks, TotalRetrans, PriorCwnd;
    public long Lost;
    public SeqNum HighSeq, UndoMarker, TlpHighSeq, SackReord, HighestSack, CompAckRcvNxt;
    public bool HasHighestSack, RackDsackSeen;
    public SkBuff? SackHint;
    public Instant FirstSackAt, LastSackAt;
    public Instant CompAckAt = Instant.Never, ProbesTstamp = Instant.Never;

    /// <summary>What came ahead of a hole; what is urgent; a listener's queues, and its ways.</summary>
    public Reassembler? Ofo;

    /// <inheritdoc cref="Ofo"/>
    public TcpUrgent? Urgent;

    /// <inheritdoc cref="Ofo"/>
    public TcpListener? Listener;

    /// <inheritdoc cref="Ofo"/>
    public Func<IpAddress, TcpRoute>? Routes;
}

public sealed partial class TcpSock
{
    private TcpRepair? _repair;

    private TcpRepair Repair => _repair ??= new TcpRepair();

    private int _sackedOut
    {
        get => _repair is { } r ? r.SackedOut : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.SackedOut = value;
        }
    }

    private int _lostOut
    {
        get => _repair is { } r ? r.LostOut : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.LostOut = value;
        }
    }

    private int _retransOut
    {
        get => _repair is { } r ? r.RetransOut : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.RetransOut = value;
        }
    }

    private int _prrDelivered
    {
        get => _repair is { } r ? r.PrrDelivered : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.PrrDelivered = value;
        }
    }

    private int _prrOut
    {
        get => _repair is { } r ? r.PrrOut : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.PrrOut = value;
        }
    }

    private int _priorSsthresh
    {
        get => _repair is { } r ? r.PriorSsthresh : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.PriorSsthresh = value;
        }
    }

    private int _undoRetrans
    {
        get => _repair is { } r ? r.UndoRetrans : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.UndoRetrans = value;
        }
    }

    private int _reordSeen
    {
        get => _repair is { } r ? r.ReordSeen : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.ReordSeen = value;
        }
    }

    /// <summary>Segments that this ACK's SACK and D-SACK blocks tell of (sack_delivered).</summary>
    private int _sackDelivered
    {
        get => _repair is { } r ? r.SackDelivered : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.SackDelivered = value;
        }
    }

    private int _compressedAcks
    {
        get => _repair is { } r ? r.CompressedAcks : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.CompressedAcks = value;
        }
    }

    private int _totalRetrans
    {
        get => _repair is { } r ? r.TotalRetrans : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.TotalRetrans = value;
        }
    }

    internal int PriorCwnd
    {
        get => _repair is { } r ? r.PriorCwnd : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.PriorCwnd = value;
        }
    }

    private long _lost
    {
        get => _repair is { } r ? r.Lost : 0;
        set
        {
            if (_repair is not null || value != 0) Repair.Lost = value;
        }
    }

    private SeqNum _highSeq
    {
        get => _repair is { } r ? r.HighSeq : default;
        set
        {
            if (_repair is not null || value != default) Repair.HighSeq = value;
        }
    }

    private SeqNum _undoMarker
    {
        get => _repair is { } r ? r.UndoMarker : default;
        set
        {
            if (_repair is not null || value != default) Repair.UndoMarker = value;
        }
    }

    private SeqNum _tlpHighSeq
    {
        get => _repair is { } r ? r.TlpHighSeq : default;
        set
        {
            if (_repair is not null || value != default) Repair.TlpHighSeq = value;
        }
    }

    private SeqNum _sackReord
    {
        get => _repair is { } r ? r.SackReord : default;
        set
        {
            if (_repair is not null || value != default) Repair.SackReord = value;
        }
    }

    private SeqNum _highestSack
    {
        get => _repair is { } r ? r.HighestSack : default;
        set
        {
            if (_repair is not null || value != default) Repair.HighestSack = value;
        }
    }

    private SeqNum _compAckRcvNxt
    {
        get => _repair is { } r ? r.CompAckRcvNxt : default;
        set
        {
            if (_repair is not null || value != default) Repair.CompAckRcvNxt = value;
        }
    }

    private bool _hasHighestSack
    {
        get => _repair is { HasHighestSack: true };
        set
        {
            if (_repair is not null || value) Repair.HasHighestSack = value;
        }
    }

    private bool _rackDsackSeen
    {
        get => _repair is { RackDsackSeen: true };
        set
        {
            if (_repair is not null || value) Repair.RackDsackSeen = value;
        }
    }

    /// <summary>Where the last SACK block was found: the next is likely near.</summary>
    private SkBuff? _sackHint
    {
        get => _repair?.SackHint;
        set
        {
            if (_repair is not null || value is not null) Repair.SackHint = value;
        }
    }

    /// <summary>Of this ACK's SACK blocks (struct tcp_sacktag_state): when the first and the last of what they tell of was sent; and the lowest that came out of order.</summary>
    private Instant _firstSackAt
    {
        get => _repair is { } r ? r.FirstSackAt : default;
        set
        {
            if (_repair is not null || value != default) Repair.FirstSackAt = value;
        }
    }

    private Instant _lastSackAt
    {
        get => _repair is { } r ? r.LastSackAt : default;
        set
        {
            if (_repair is not null || value != default) Repair.LastSackAt = value;
        }
    }

    private Instant _compAckAt
    {
        get => _repair is { } r ? r.CompAckAt : Instant.Never;
        set
        {
            if (_repair is not null || value != Instant.Never) Repair.CompAckAt = value;
        }
    }

    private Instant _probesTstamp
    {
        get => _repair is { } r ? r.ProbesTstamp : Instant.Never;
        set
        {
            if (_repair is not null || value != Instant.Never) Repair.ProbesTstamp = value;
        }
    }

    private Reassembler? _ofo
    {
        get => _repair?.Ofo;
        set
        {
            if (_repair is not null || value is not null) Repair.Ofo = value;
        }
    }

    private TcpUrgent? _urgent
    {
        get => _repair?.Urgent;
        set
        {
            if (_repair is not null || value is not null) Repair.Urgent = value;
        }
    }

    private TcpListener? _listener
    {
        get => _repair?.Listener;
        set
        {
            if (_repair is not null || value is not null) Repair.Listener = value;
        }
    }
}
