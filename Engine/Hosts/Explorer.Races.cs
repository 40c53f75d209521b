// The races of one run on one host: pairs of messages of one instant that met at one actor and could have met the other way round. For each, the choice
// at which the first of them was taken is to be tried again with what leads to the second.

namespace ActorNet.Engine.Hosts;

public static partial class Explorer
{
    /// <summary>A message that was handled, with the system messages right behind it.</summary>
    private sealed class Step(long time, Delivery delivery, Choice? choice, int index)
    {
        public readonly long Time = time;
        public readonly Delivery Delivery = delivery;
        public readonly Choice? Choice = choice;
        public readonly int Index = index;

        /// <summary>The actors that it changed, by their numbers on the host, which are the same in every run that came here.</summary>
        public readonly List<int> Touched = [];

        /// <summary>Steps that had to come before it was sent.</summary>
        public HashSet<int> BeforeSent = [];

        /// <summary>Those, and those that it met.</summary>
        public HashSet<int> Before = [];

        public bool Meets(Step other, ExploredOrders orders)
        {
            if (orders == ExploredOrders.Everything)
                return true;
            foreach (int actor in Touched)
            {
                if (other.Touched.Contains(actor))
                    return true;
            }
            return false;
        }

        public bool SameChannel(in Delivery other) => ReferenceEquals(Delivery.From, other.From) && ReferenceEquals(Delivery.To, other.To);
    }

    private sealed class HostTrail(Trail trail, string host) : HostOrder
    {
        private readonly List<Step> _steps = [];

        // Of each message and system message that the host has begun to handle, from 1: its step.
        private readonly List<int> _stepOf = [-1];
        private readonly Dictionary<long, List<int>> _asleep = [];
        private Choice? _choice;
        private bool _seen;
        private int _ordinal;

        public override int Choose(long now, ReadOnlySpan<Delivery> next)
        {
            _ordinal++;
            if (!trail.Explores(now) || _seen)
                return 0;
            Wake();
            _choice = trail.At(host, _ordinal, now, next, _asleep);
            if (_choice is null)
            {
                _seen = true;
                return 0;
            }
            for (int i = 0; i < next.Length && trail.Sleeps; i++)
            {
                if (_choice.Tried[i] && i != _choice.Taken)
                    _asleep[next[i].Number] = _choice.Touched[i]!;
            }
            return _choice.Taken;
        }

        // Sleep sets (Godefroid 1996): what was taken first at a choice need not be taken right behind another that it does not meet.
        private void Wake()
        {
            if (_asleep.Count == 0)
                return;
            foreach ((long number, List<int> touched) in _asleep.ToArray())
            {
                if (_steps.Count > 0 && _steps[^1].Touched.Exists(touched.Contains))
                    _asleep.Remove(number);
            }
        }

        public override void Handling(long now, in Delivery delivery)
        {
            if (_choice is null)
                Wake();
            _seen |= _asleep.ContainsKey(delivery.Number);
            Step step = new(now, delivery, _choice, _steps.Count);
            step.Touched.Add(NumberOf(delivery.To));
            if (_choice is not null)
                _choice.Touched[_choice.Taken] = step.Touched;
            _choice = null;
            _stepOf.Add(_steps.Count);
            _steps.Add(step);
        }

        public override void HandlingSystem(long now, IActorRef receiver)
        {
            // What a host does before its first message is nobody's choice.
            _stepOf.Add(_steps.Count - 1);
            if (_steps.Count > 0)
                _steps[^1].Touched.Add(NumberOf(receiver));
        }

        // What the scheduler runs belongs to no actor.
        private static int NumberOf(IActorRef? actor) => actor is ActorCell cell ? cell.Uid : -1;

        public void FindRaces(ExploredOrders orders)
        {
            int first = 0;
            for (int i = 0; i < _steps.Count; i++)
            {
                if (_steps[i].Time != _steps[first].Time)
                    first = i;
                FindRaces(_steps[i], first, orders);
            }
        }

        private void FindRaces(Step step, int first, ExploredOrders orders)
        {
            Follow(step, step.Delivery.Cause > 0 ? _stepOf[(int)step.Delivery.Cause] : -1, first);
            for (int j = step.Index - 1; j >= first; j--)
            {
                if (!step.SameChannel(_steps[j].Delivery))
                    continue;
                Follow(step, j, first);
                break;
            }
            step.Before.UnionWith(step.BeforeSent);
            List<Step> races = [];
            for (int j = step.Index - 1; j >= first; j--)
            {
                Step other = _steps[j];
                if (!step.Meets(other, orders))
                    continue;
                // Nothing stands between them: they race. (A step that changes several actors may race with one at each.)
                if (!step.Before.Contains(j))
                    races.Add(other);
                step.Before.Add(j);
                step.Before.UnionWith(other.Before);
            }
            foreach (Step other in races)
                Exchange(other, step);
        }

        private void Follow(Step step, int cause, int first)
        {
            if (cause < first || cause >= step.Index)
                return;
            step.BeforeSent.Add(cause);
            step.BeforeSent.UnionWith(_steps[cause].Before);
        }

        // Source sets (Abdulla et al. 2014): of what came between the two and had not to wait for the earlier one, one that waits for nothing else is
        // to be taken in the earlier one's place, unless one of them has been.
        private void Exchange(Step earlier, Step later)
        {
            if (earlier.Choice is not Choice choice)
                return;
            List<int> between = [];
            int leads = -1;
            for (int k = earlier.Index + 1; k <= later.Index; k++)
            {
                Step step = _steps[k];
                if (k < later.Index && step.Before.Contains(earlier.Index))
                    continue;
                bool waits = between.Exists(step.Before.Contains);
                between.Add(k);
                if (waits)
                    continue;
                int candidate = Array.FindIndex(choice.Next, d => d.Number == step.Delivery.Number);
                if (candidate < 0)
                    continue;
                if (choice.Tried[candidate] || choice.ToTry[candidate] || choice.Asleep.ContainsKey(step.Delivery.Number))
                    return;
                if (leads < 0)
                    leads = candidate;
            }
            if (leads >= 0)
                choice.ToTry[leads] = true;
            else
                Array.Fill(choice.ToTry, true);
        }
    }
}
