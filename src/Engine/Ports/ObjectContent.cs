namespace FireproofBench.Engine.Ports;

/// <summary>The bytes of an object, or of a range of it.</summary>
/// <param name="Bytes">Exactly the bytes asked for; the caller may keep them, nobody changes them.</param>
/// <param name="Info">The whole object's key, length and version, from the same answer.</param>
public sealed record ObjectContent(ReadOnlyMemory<byte> Bytes, ObjectInfo Info);
