using System.Numerics;

namespace FireproofBench.Properties.Crdt;

/// <summary>Questions about a few events whose pasts are given as bits.</summary>
internal static class Antichains
{
    /// <summary>Those of the events that are in no other's past.</summary>
    public static int Latest(ReadOnlySpan<int> pasts, int events)
    {
        int latest = events;
        for (int i = 0; i < pasts.Length; i++)
        {
            if ((events >> i & 1) != 0)
                latest &= ~pasts[i];
        }

        return latest;
    }

    /// <summary>Whether the past of each of the events is among them.</summary>
    public static bool IsClosed(ReadOnlySpan<int> pasts, int events)
    {
        for (int i = 0; i < pasts.Length; i++)
        {
            if ((events >> i & 1) != 0 && (pasts[i] & ~events) != 0)
                return false;
        }

        return true;
    }

    /// <summary>The most of the events that do not know of one another: so many devices it takes to make them (Dilworth).</summary>
    public static int Width(ReadOnlySpan<int> pasts, int events)
    {
        int width = 0;
        for (int some = events; some != 0; some = (some - 1) & events)
        {
            if (Latest(pasts, some) == some)
                width = Math.Max(width, BitOperations.PopCount((uint)some));
        }

        return width;
    }
}
