using System.Collections.Immutable;

namespace FireproofBench.EngineFaults;

/// <summary>A copy of the sources in a scratch folder, which takes one fault at a time.</summary>
/// <remarks>One folder for all faults: what a fault does not touch is built once.</remarks>
internal sealed class FaultySources
{
    // What the build of the tool reads beside the sources.
    private static readonly string[] _settings = ["Directory.*", "BannedSymbols.txt", "global.json", ".editorconfig", "NuGet.config", "nuget.config", "README.md"];

    private readonly Dictionary<string, string> _former = new(StringComparer.Ordinal);

    private FaultySources(string folder) => Folder = folder;

    /// <summary>Where it is.</summary>
    public string Folder { get; }

    /// <summary>Copies the sources of a repository.</summary>
    /// <param name="repository">Its folder.</param>
    /// <param name="folder">Where to; it is made.</param>
    public static FaultySources Copy(string repository, string folder)
    {
        _ = Directory.CreateDirectory(folder);
        foreach (string file in _settings.SelectMany(name => Directory.EnumerateFiles(repository, name)).Distinct(StringComparer.Ordinal))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        CopyTree(Path.Combine(repository, "src"), Path.Combine(folder, "src"));
        return new FaultySources(folder);
    }

    /// <summary>The edits whose text does not stand in the sources exactly once: they mean another state of these.</summary>
    public ImmutableArray<SourceEdit> Unmatched(EngineFault fault) => [.. fault.Edits.Where(edit => !edit.IsUniqueIn(File.ReadAllText(PathOf(edit))))];

    /// <summary>Puts a fault in.</summary>
    public void Apply(EngineFault fault)
    {
        foreach (SourceEdit edit in fault.Edits)
        {
            string path = PathOf(edit);
            string source = File.ReadAllText(path);
            _ = _former.TryAdd(path, source);
            File.WriteAllText(path, source.Replace(edit.Text, edit.Replacement, StringComparison.Ordinal));
        }
    }

    /// <summary>Takes the fault out again.</summary>
    public void Restore()
    {
        foreach ((string path, string source) in _former)
            File.WriteAllText(path, source);
        _former.Clear();
    }

    private string PathOf(SourceEdit edit) => Path.Combine(Folder, "src", edit.File);

    private static void CopyTree(string from, string to)
    {
        _ = Directory.CreateDirectory(to);
        foreach (string file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        foreach (string folder in Directory.EnumerateDirectories(from))
        {
            if (Path.GetFileName(folder) is { } name and not ("bin" or "obj"))
                CopyTree(folder, Path.Combine(to, name));
        }
    }
}
