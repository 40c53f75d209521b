#!/usr/bin/env python3
# What a profile costs by stages of the data path (docs/performance.md). A sample belongs to the innermost of its frames that is of a stage.
#   perf script -i data --comm dotnet -F comm,ip,sym,dso | Benchmarks/stages.py NS_PER_UNIT
import re
import sys
from collections import Counter

STAGES = [(name, re.compile(pattern)) for name, pattern in [
    ('copy or sum while copying', r'Memmove|CopySumNative'),
    ('checksum', r'InternetChecksum::|SumTail'),
    ('trace hash', r'TraceHash::'),
    ('packet pool (alloc, free)', r'SkBuffPool::|SkBuff::(Reset|Free|Copy)'),
    ('write barriers (GC)', r'WriteBarrier'),
    ('collector', r'\[unknown\]libcoreclr|libcoreclr'),
    ('TCP: the segment built (Transmit)', r'TcpSock::(Transmit|FillRoute|SelectWindow|ComputeWindow|CheckRoute|get_RouteFeatures|TransmitRun|TransmitData|CanGso)|TcpHeader::Emit|TcpOptionsWriter'),
    ('TCP: what may go (WriteXmit, runs, queues)', r'TcpSock::(WriteXmit|PushPending|GrowRun|RunLength|Burst|NewDataSent|ShouldDefer|CurrentMss|ValidateCwnd|ScheduleLossProbe|RearmRto)'),
    ('send(2): into the write queue', r'SendProgress::|TcpSock::(Send|Append|AppendRun|NewSegment|Push|NoRoom|SizeGoal)\b'),
    ('TCP: acknowledgement in (Ack, CleanRtxQueue)', r'TcpSock::(Ack|CleanRtxQueue|UpdateRtt|Delivered|RackAdvance|CheckSpace|DataSndCheck|FastRetrans)|TcpFlow|Cubic|RttEstimator'),
    ('TCP: first look (TcpInput.Check)', r'TcpInput::'),
    ('TCP: Rcv, queueing, ACK decision', r'TcpSock::|SegmentQueue'),
    ('recv(2): out of the receive queue', r'RecvProgress::'),
    ('UDP machine', r'UdpSock::|DatagramSock::'),
    ('socket actor: turn, pump, wake-ups, timer', r'SockActor|InetStreamOps|InetDgramOps|CallQueue|WaitQueue|ActorTimer|StreamCalls'),
    ('port tables, requests to them', r'PortTable|HashIndex|DemuxRequest|TimewaitRow'),
    ('demultiplexer', r'DemuxActor|TcpDemux|TcpActor|UdpActor|UdpDemux'),
    ('IP out', r'Ipv4::(Xmit|Enqueue|RouteOutput|TryXmit)|IpActor::(Xmit|Down|Pump|Pass|Frame|Find)|Fib::Output|IpIdents'),
    ('IP in', r'Ipv4::|IpActor|Fib::|FibTrie|Ipv4Header|FibRoute'),
    ('NIC out, qdisc, wire', r'EtherPort::Xmit|EtherPort::TrySend|WireTransmit|Link::|Serializer|DepartureQueue|TellAt'),
    ('NIC in (interrupt, poll, type)', r'NicActor|NetDeviceState|EtherFrame|RxRing|NetDeviceActor|EtherPort'),
    ('event queue', r'EventQueue'),
    ('engine: dispatch of messages', r'HostLoop|ActorCell|UntypedActor|CastHelpers|Worker|Conductor|Outbox|__tls_get_addr'),
    ('system call: process, entry, answer', r'ProcessActor|Syscall|FreeList|DescriptorTable|OpenFile|Os::|ValueTask|ExecutionContext|AsyncTask|Task'),
    ('program', r'MoveNext'),
]]


def stage(stack):
    for frame in stack[:12]:
        for name, pattern in STAGES:
            if pattern.search(frame):
                return name
    return 'other'


found, stack = Counter(), []
for line in [*sys.stdin, '']:
    if not line.strip():
        if stack:
            found[stage(stack)] += 1
        stack = []
    elif m := re.match(r'\s+[0-9a-f]+\s+(.*)', line):
        stack.append(m[1])

total, unit = sum(found.values()), float(sys.argv[1]) if len(sys.argv) > 1 else 100
for name in [*(name for name, _ in STAGES), 'other']:
    if found[name]:
        print(f'{found[name] / total * unit:8.1f} ns {100 * found[name] / total:5.1f} %  {name}')
