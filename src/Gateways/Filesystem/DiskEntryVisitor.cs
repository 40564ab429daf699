namespace FireproofBench.Gateways.Filesystem;

/// <summary>Is shown one name of a folder.</summary>
/// <param name="name">The name, valid during the call only.</param>
/// <param name="isFolder">Whether it is a folder, or a link to one.</param>
internal delegate void DiskEntryVisitor(ReadOnlySpan<char> name, bool isFolder);
