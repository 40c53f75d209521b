// The binary heap of what is due next, by the full key.

namespace ActorNet.Engine.Hosts;

internal sealed partial class EventQueue
{
    private void Push(in Entry entry)
    {
        if (_heapCount == _heap.Length)
            SpareArrays<Entry>.Grow(ref _heap, _heapCount, 4);
        Entry[] heap = _heap;
        int at = _heapCount++;
        while (at > 0)
        {
            int up = (at - 1) >> 1;
            if (!entry.Before(heap[up]))
                break;
            heap[at] = heap[up];
            at = up;
        }
        heap[at] = entry;
    }

    private void Pop()
    {
        Entry last = _heap[--_heapCount];
        if (_heapCount > 0)
            SiftDown(0, last);
    }

    private void Heapify()
    {
        for (int i = (_heapCount >> 1) - 1; i >= 0; i--)
            SiftDown(i, _heap[i]);
    }

    private void SiftDown(int at, Entry entry)
    {
        Entry[] heap = _heap;
        int count = _heapCount;
        for (; ; )
        {
            int child = 2 * at + 1;
            if (child >= count)
                break;
            if (child + 1 < count && heap[child + 1].Before(heap[child]))
                child++;
            if (!heap[child].Before(entry))
                break;
            heap[at] = heap[child];
            at = child;
        }
        heap[at] = entry;
    }
}
