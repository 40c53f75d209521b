// struct rate_sample (include/net/tcp.h): what one acknowledgement measured. draft-cheng-iccrg-delivery-rate-estimation.

namespace ActorNet.Protocols.Tcp;

/// <summary>One acknowledgement's measure, for controls that go by rates.</summary>
/// <param name="Delivered">Segments delivered over the interval; below zero when there is no sample.</param>
/// <param name="IntervalUs">The interval, µs; zero or below when there is no sample.</param>
/// <param name="PriorDelivered">What had been delivered when the segment was sent that the sample is of.</param>
/// <param name="RttUs">Its round trip, µs; below zero when it is not known.</param>
/// <param name="Acked">Segments newly acknowledged or SACKed.</param>
/// <param name="Losses">Segments newly marked lost.</param>
/// <param name="PriorInFlight">Segments in flight before this acknowledgement.</param>
/// <param name="IsAppLimited">The application, not the network, bounded the rate.</param>
/// <param name="IsAckDelayed">The acknowledgement was probably delayed by the receiver.</param>
public readonly record struct RateSample(
    long Delivered, long IntervalUs, long PriorDelivered, long RttUs, int Acked, int Losses, int PriorInFlight, bool IsAppLimited, bool IsAckDelayed);
