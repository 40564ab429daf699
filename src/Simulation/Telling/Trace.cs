using System.Globalization;
using System.Numerics;

namespace FireproofBench.Simulation.Telling;

/// <summary>All that happens in a world, in order: as a digest always, as entries when somebody is to read them. Two runs are equal exactly when their digests are.</summary>
/// <remarks>The digest is two 64-bit multiply-and-rotate hashes over time, actor, kind, subject and detail: against accidents, not against forgers.</remarks>
/// <param name="time">The clock.</param>
/// <param name="isKept">Whether the entries are kept.</param>
internal sealed class Trace(VirtualTime time, bool isKept)
{
    private readonly List<TraceEntry> _entries = [];
    private ulong _low = 0x9E3779B97F4A7C15;
    private ulong _high = 0xC2B2AE3D27D4EB4F;

    /// <summary>The entries; none when they are not kept.</summary>
    public IReadOnlyList<TraceEntry> Entries => _entries;

    /// <summary>How many entries there were.</summary>
    public long Count { get; private set; }

    /// <summary>32 hexadecimal digits over all that happened so far.</summary>
    public string Digest => string.Create(CultureInfo.InvariantCulture, $"{_high:x16}{_low:x16}");

    /// <summary>Adds an entry at the present moment.</summary>
    public void Add(string actor, TraceKind kind, string subject, string detail = "", string place = "")
    {
        Count++;
        Mix((ulong)time.GetTimestamp());
        Mix((ulong)kind);
        Mix(actor);
        Mix(subject);
        Mix(detail);
        Mix(place);
        if (isKept)
            _entries.Add(new TraceEntry(time.Elapsed, actor, kind, subject, detail, place));
    }

    private void Mix(string text)
    {
        ulong word = (ulong)text.Length;
        for (int i = 0; i < text.Length; i++)
        {
            word = (word << 16) | text[i];
            if ((i & 3) == 3)
            {
                Mix(word);
                word = 0;
            }
        }

        Mix(word);
    }

    private void Mix(ulong word)
    {
        unchecked
        {
            _low = BitOperations.RotateLeft((_low ^ word) * 0x9FB21C651E98DF25, 29);
            _high = BitOperations.RotateLeft((_high + word) * 0xD6E8FEB86659FD93, 31) ^ _low;
        }
    }
}
