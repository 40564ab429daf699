namespace FireproofBench.Properties.Fixtures;

/// <summary>Finds the repository that the running tests were built from: fixtures and the Node runner are read where they lie.</summary>
public static class SourceTree
{
    private static readonly Lazy<string> Root = new(Find);

    /// <summary>The folder of a part of the test project, such as <c>Fixtures</c>.</summary>
    public static string PropertiesFolder(string name) => Path.Combine(Root.Value, "tests", "Properties", name);

    /// <summary>The path of something in the repository, such as <c>samples/Chat</c>.</summary>
    public static string At(string relative) => Path.Combine(Root.Value, relative);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "FireproofBench.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException($"No folder above '{AppContext.BaseDirectory}' holds FireproofBench.sln: the tests run inside the repository.");
    }
}
