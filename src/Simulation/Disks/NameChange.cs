namespace FireproofBench.Simulation.Disks;

/// <summary>One change of names on a disk: all of it happens, or nothing.</summary>
internal sealed class NameChange
{
    private readonly (string Path, SimulatedContent? Content)[] _edits;
    private readonly bool _makesFolder;

    /// <summary>Gives names to contents, or takes them away.</summary>
    /// <param name="edits">Paths, each with the content that it names then; null for none.</param>
    public NameChange(params (string Path, SimulatedContent? Content)[] edits)
        : this(edits, makesFolder: false)
    {
    }

    private NameChange((string Path, SimulatedContent? Content)[] edits, bool makesFolder)
    {
        _edits = edits;
        _makesFolder = makesFolder;
    }

    /// <summary>Makes a folder.</summary>
    public static NameChange NewFolder(string path) => new([(path, null)], makesFolder: true);

    /// <summary>The names that it changes.</summary>
    public IEnumerable<string> Paths => _edits.Select(static edit => edit.Path);

    /// <summary>Whether a name of this folder is changed.</summary>
    public bool Touches(string folder) => Array.Exists(_edits, edit => SimulatedDisk.ParentOf(edit.Path) == folder);

    /// <summary>Changes the names: paths with their contents, and with null for folders.</summary>
    public void ApplyTo(Dictionary<string, SimulatedContent?> names)
    {
        foreach ((string path, SimulatedContent? content) in _edits)
        {
            if (content is null && !_makesFolder)
                names.Remove(path);
            else
                names[path] = content;
        }
    }
}
