namespace FireproofBench.Properties.Fuzz;

/// <summary>A decoder of bytes from outside, with what it may do with any input.</summary>
/// <param name="Name">The decoder.</param>
/// <param name="Seeds">Inputs that it accepts or nearly accepts; mutations start from them.</param>
/// <param name="Decode">Decodes, and checks what can be checked of an accepted input. Throws only an allowed exception.</param>
/// <param name="Allowed">The exact types by which the decoder refuses; none for one that answers with false.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Decode, params Type[] Allowed)
{
    /// <summary>What any input may cost, in bytes: an exception with its stack, message and cause.</summary>
    public long Base { get; init; } = 16 * 1024;

    public override string ToString() => Name;
}
