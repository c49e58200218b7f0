namespace ScaiGrid.Flows.Tests;

/// <summary>Compares with a file kept in the repository; with <c>GOLDEN=accept</c> in the environment it writes the file instead.</summary>
internal static class Golden
{
    /// <param name="path">From the repository's root.</param>
    public static void Verify(string path, string actual)
    {
        var file = Path.Combine(Repository.Root, path);
        if (Environment.GetEnvironmentVariable("GOLDEN") == "accept")
        {
            File.WriteAllText(file, actual);
            return;
        }

        Assert.True(File.Exists(file), $"{path} is missing; run with GOLDEN=accept to write it.");
        Assert.Equal(File.ReadAllText(file), actual);
    }
}
