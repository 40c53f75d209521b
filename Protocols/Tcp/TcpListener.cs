// A listener's queues: request socks by their pair, with timers, and connections that wait for accept(2)
// (struct request_sock_queue, net/ipv4/inet_connection_sock.c).

namespace ActorNet.Protocols.Tcp;

/// <summary>What a socket in LISTEN has and others do not.</summary>
internal sealed class TcpListener
{
    // One list per number of time-outs: all in it wait equally long, so each is in order of its due time.
    private readonly List<(RequestSock? Head, RequestSock? Tail)> _levels = [];
    private readonly Dictionary<RequestKey, RequestSock> _requests = [];
    private readonly Queue<TcpSock> _acceptQueue = new();
    private readonly Queue<TcpSock> _newChildren = new();

    private Instant _overflowAt = Instant.Never;

    /// <summary>sk_max_ack_backlog: listen(2)'s argument, at most somaxconn.</summary>
    public int Backlog;

    public int RequestCount => _requests.Count;

    public int AcceptCount => _acceptQueue.Count;

    public TcpSock? First => _acceptQueue.TryPeek(out TcpSock? child) ? child : null;

    public bool HasAcceptable => _acceptQueue.Count > 0;

    /// <summary>sk_acceptq_is_full: one more than the backlog may wait, as BSD had it.</summary>
    public bool IsAcceptQueueFull => _acceptQueue.Count > Backlog;

    /// <summary>inet_csk_reqsk_queue_is_full: here too one more than the backlog (Linux 6.16 and later).</summary>
    public bool IsRequestQueueFull => _requests.Count > Backlog;

    /// <summary>Requests whose first SYN-ACK has not timed out.</summary>
    public int YoungCount { get; private set; }

    /// <summary>tcp_synq_overflow: a SYN was answered with a cookie. Noted once a second.</summary>
    public void NoteOverflow(Instant now)
    {
        if (_overflowAt == Instant.Never || now > _overflowAt + Duration.FromSeconds(1)) _overflowAt = now;
    }

    /// <summary>Not tcp_synq_no_recent_overflow: cookies may be about.</summary>
    public bool HasRecentOverflow(Instant now) => _overflowAt != Instant.Never && now <= _overflowAt + SynCookies.Valid;

    /// <summary>reqsk_timer_handler: with the queue half full, the more of it is old the fewer SYN-ACKs a request is worth, down to two.</summary>
    public int RetriesUnderPressure(int retries)
    {
        int count = _requests.Count;
        if (count << 1 <= Math.Max(8, Backlog)) return retries;
        for (long young = (long)YoungCount << 1; retries > 2 && count >= young; young <<= 1) retries--;
        return retries;
    }

    public Instant NextTimer
    {
        get
        {
            Instant next = Instant.Never;
            for (int i = 0; i < _levels.Count; i++)
                if (_levels[i].Head is { } r) next = Instant.Min(next, r.Due);
            return next;
        }
    }

    /// <summary>All, by number of time-outs, then in the order in which they fall due.</summary>
    public IEnumerable<RequestSock> Requests
    {
        get
        {
            for (int i = 0; i < _levels.Count; i++)
                for (RequestSock? r = _levels[i].Head; r is not null; r = r.Next) yield return r;
        }
    }

    public RequestSock? Find(in RequestKey key) => _requests.GetValueOrDefault(key);

    public void Add(RequestSock req)
    {
        _requests.Add(req.Key, req);
        Link(req);
    }

    public void Remove(RequestSock req)
    {
        _requests.Remove(req.Key);
        Unlink(req);
    }

    /// <summary>Moves a request to the end of the list that fits its number of time-outs, due then.</summary>
    public void Reschedule(RequestSock req, byte timeouts, Instant due)
    {
        Unlink(req);
        req.NumTimeout = timeouts;
        req.Due = due;
        Link(req);
    }

    public void AddChild(TcpSock child)
    {
        _acceptQueue.Enqueue(child);
        _newChildren.Enqueue(child);
    }

    public bool TryTakeChild([NotNullWhen(true)] out TcpSock? child) => _newChildren.TryDequeue(out child);

    public bool TryAccept([NotNullWhen(true)] out TcpSock? child) => _acceptQueue.TryDequeue(out child);

    /// <summary>The requests that are due, one after another (reqsk_timer_handler).</summary>
    public void OnTimer(TcpSock sk, Instant now)
    {
        for (int i = 0; i < _levels.Count; i++)
        {
            // Those that are answered move to the next level, due later than now.
            while (_levels[i].Head is { } req && req.Due <= now) sk.RequestTimeout(req);
        }
    }

    public void Drop()
    {
        _requests.Clear();
        _levels.Clear();
        YoungCount = 0;
    }

    /// <summary>The host died: nobody will take the children that the driver has not taken yet.</summary>
    public void Clear()
    {
        Drop();
        while (_newChildren.TryDequeue(out TcpSock? child)) child.Destroy();
        _acceptQueue.Clear();
    }

    private void Link(RequestSock req)
    {
        if (req.NumTimeout == 0) YoungCount++;
        while (_levels.Count <= req.NumTimeout) _levels.Add(default);
        (RequestSock? head, RequestSock? tail) = _levels[req.NumTimeout];
        // Nearly always last; a duplicate SYN may have put one off.
        RequestSock? after = tail;
        while (after is not null && after.Due > req.Due) after = after.Prev;
        req.Prev = after;
        req.Next = after is null ? head : after.Next;
        if (req.Next is null) tail = req;
        else req.Next.Prev = req;
        if (after is null) head = req;
        else after.Next = req;
        _levels[req.NumTimeout] = (head, tail);
    }

    private void Unlink(RequestSock req)
    {
        if (req.NumTimeout == 0) YoungCount--;
        (RequestSock? head, RequestSock? tail) = _levels[req.NumTimeout];
        if (req.Prev is null) head = req.Next;
        else req.Prev.Next = req.Next;
        if (req.Next is null) tail = req.Prev;
        else req.Next.Prev = req.Prev;
        req.Next = req.Prev = null;
        _levels[req.NumTimeout] = (head, tail);
    }
}
