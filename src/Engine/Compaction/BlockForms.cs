using FireproofBench.Engine.Storage;

namespace FireproofBench.Engine.Compaction;

/// <summary>Tells the blocks of a data file apart. Each form is a map whose size and first key no other has.</summary>
internal static class BlockForms
{
    /// <summary>The form of a block.</summary>
    public static BlockForm Of(ReadOnlySpan<byte> block) => block switch
    {
        [0xa1, 0x62, (byte)'f', (byte)'p', ..] => BlockForm.Header,
        [0xa1, 0x63, (byte)'d', (byte)'o', (byte)'c', ..] => BlockForm.Document,
        [0xa1, 0x63, (byte)'d', (byte)'e', (byte)'l', ..] => BlockForm.Document,
        [0xa5, 0x66, (byte)'p', (byte)'r', (byte)'e', (byte)'f', (byte)'i', (byte)'x', ..] => BlockForm.Shard,
        [0xa2, 0x64, (byte)'d', (byte)'a', (byte)'t', (byte)'a', ..] => BlockForm.Event,
        _ when GroupIndex.IsIndex(block) => BlockForm.Index,
        _ => BlockForm.Other,
    };
}
