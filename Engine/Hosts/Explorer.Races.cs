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

        /// <summary>The actors that it changed.</summary>
        public readonly List<object> Touched = [];

        /// <summary>Steps that had to come before it was sent.</summary>
        public HashSet<int> BeforeSent = [];

        /// <summary>Those, and those that it met.</summary>
        public HashSet<int> Before = [];

        public bool Meets(Step other, ExploredOrders orders)
        {
            if (orders == ExploredOrders.Everything)
                return true;
            foreach (object actor in Touched)
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
        private Choice? _choice;
        private int _ordinal;

        public override int Choose(long now, ReadOnlySpan<Delivery> next)
        {
            _choice = trail.At(host, ++_ordinal, now, next);
            return _choice.Taken;
        }

        public override void Handling(long now, in Delivery delivery)
        {
            Step step = new(now, delivery, _choice, _steps.Count);
            _choice = null;
            step.Touched.Add(delivery.To ?? delivery.From);
            _stepOf.Add(_steps.Count);
            _steps.Add(step);
        }

        public override void HandlingSystem(long now, IActorRef receiver)
        {
            // What a host does before its first message is nobody's choice.
            _stepOf.Add(_steps.Count - 1);
            if (_steps.Count > 0)
                _steps[^1].Touched.Add(receiver);
        }

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
            bool found = false;
            for (int j = step.Index - 1; j >= first; j--)
            {
                Step other = _steps[j];
                if (!step.Meets(other, orders))
                    continue;
                if (!found && !step.BeforeSent.Contains(j))
                {
                    found = true;
                    Exchange(other, step);
                }
                step.Before.Add(j);
                step.Before.UnionWith(other.Before);
            }
        }

        private void Follow(Step step, int cause, int first)
        {
            if (cause < first || cause >= step.Index)
                return;
            step.BeforeSent.Add(cause);
            step.BeforeSent.UnionWith(_steps[cause].Before);
        }

        private void Exchange(Step earlier, Step later)
        {
            if (earlier.Choice is not Choice choice)
                return;
            int leads = -1;
            for (int c = 0; c < choice.Next.Length; c++)
            {
                if (!Leads(choice.Next[c], earlier, later))
                    continue;
                if (choice.Tried[c] || choice.ToTry[c])
                    return;
                leads = leads < 0 ? c : leads;
            }
            if (leads >= 0)
                choice.ToTry[leads] = true;
            else
                Array.Fill(choice.ToTry, true);
        }

        private bool Leads(in Delivery candidate, Step earlier, Step later)
        {
            if (candidate.Number == later.Delivery.Number || later.SameChannel(candidate))
                return true;
            foreach (int k in later.BeforeSent)
            {
                if (k > earlier.Index && _steps[k].Delivery.Number == candidate.Number)
                    return true;
            }
            return false;
        }
    }
}
