namespace ScaiGrid.EndToEnd.Host;

/// <summary>Where the tested things lie.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The server as it ships; <c>./build.sh e2e</c> publishes it.</summary>
    public static string Server { get; } =
        Environment.GetEnvironmentVariable("SCAIGRID_TEST_SERVER") ?? PathOf("artifacts/publish/ScaiGrid.Server/release/ScaiGrid.Server");

    public static string PathOf(string path) => Path.Combine(Root, path);

    public static string Read(string path) => File.ReadAllText(PathOf(path));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "global.json")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("No global.json above the tests.");
        }

        return folder.FullName;
    }
}
