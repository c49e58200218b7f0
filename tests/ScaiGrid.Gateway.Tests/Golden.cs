namespace ScaiGrid.Gateway.Tests;

/// <summary>Compares with a file kept in the repository; with <c>GOLDEN=accept</c> in the environment it writes the file instead.</summary>
internal static class Golden
{
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <param name="path">From the repository's root.</param>
    public static void Verify(string path, string actual)
    {
        var file = Path.Combine(Root, path);
        if (Environment.GetEnvironmentVariable("GOLDEN") == "accept")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
            return;
        }

        Assert.True(File.Exists(file), $"{path} is missing; run with GOLDEN=accept to write it.");
        Assert.Equal(File.ReadAllText(file), actual, ignoreLineEndingDifferences: true);
    }

    private static string FindRoot(string directory) =>
        File.Exists(Path.Combine(directory, "ScaiGrid.slnx")) ? directory : FindRoot(Path.GetDirectoryName(directory)!);
}
