using System.Collections.Immutable;
using FireproofBench.Engine.Documents;

namespace FireproofBench.Engine.Inspection;

/// <summary>What a document points at.</summary>
internal sealed record DocumentNote(bool IsDeleted, ImmutableArray<AttachmentInfo> Attachments)
{
    /// <summary>A document without attached files, as most are.</summary>
    public static DocumentNote Plain { get; } = new(false, []);

    /// <summary>A deleted one.</summary>
    public static DocumentNote Tombstone { get; } = new(true, []);
}
