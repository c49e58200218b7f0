namespace ScaiGrid.Server.Tests.Host;

/// <summary>
/// Compares text with a file in the repository. <c>GOLDEN=accept</c> rewrites the file instead, and the diff is the review.
/// </summary>
internal static class Golden
{
    public static readonly string Root = FindRoot();

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public static void Match(string path, string actual)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("GOLDEN") == "accept")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        Assert.True(File.Exists(file), $"{path} is missing: run ./build.sh golden, and read the diff.");
        Assert.Equal(File.ReadAllText(file), actual);
    }

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
