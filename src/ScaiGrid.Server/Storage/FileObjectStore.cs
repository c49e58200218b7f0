using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ScaiGrid.Server.Storage;

/// <summary>Objects as files below one folder.</summary>
internal sealed partial class FileObjectStore(string root) : IObjectStore
{
    // A name that no key can have, so that half-written files are never listed or read.
    private readonly string _incoming = Path.Combine(root, ".incoming");

    public Task<bool> PutIfAbsentAsync(ObjectKey key, ReadOnlyMemory<byte> content, CancellationToken ct)
    {
        var path = PathOf(key);
        if (File.Exists(path))
        {
            return Task.FromResult(false);
        }

        ct.ThrowIfCancellationRequested();
        Directory.CreateDirectory(_incoming);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = Path.Combine(_incoming, Path.GetRandomFileName());
        try
        {
            // Waiting for the disk takes a thread however it is asked for, and here at least not two.
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                RandomAccess.Write(file, content.Span, 0);
                RandomAccess.FlushToDisk(file);
            }

            return Task.FromResult(TryLink(temporary, path));
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public async Task<byte[]?> GetAsync(ObjectKey key, CancellationToken ct)
    {
        try
        {
            return await File.ReadAllBytesAsync(PathOf(key), ct);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    public Task<bool> ExistsAsync(ObjectKey key, CancellationToken ct) => Task.FromResult(File.Exists(PathOf(key)));

    public Task DeleteAsync(ObjectKey key, CancellationToken ct)
    {
        var path = PathOf(key);
        if (File.Exists(path))
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<ObjectKey> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        var folder = Path.Combine(root, Path.GetDirectoryName(prefix) ?? "");
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        // What others left in the folder, such as lost+found or .DS_Store, is no object and no reason to stop.
        var keys = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None })
            .Select(path => Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && key[0] != '.')
            .Order(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            ct.ThrowIfCancellationRequested();
            if (ObjectKey.TryParse(key, null, out var parsed))
            {
                yield return parsed;
            }
        }
    }

    /// <summary>
    /// Gives the complete file its name. For everyone who looks this is one step, and only one of many writers succeeds, which a move that first
    /// looks whether the name is free cannot promise.
    /// </summary>
    private static bool TryLink(string from, string to)
    {
        const int AlreadyExists = 17; // EEXIST
        return Link(from, to) == 0 ? true
            : Marshal.GetLastPInvokeError() == AlreadyExists ? false
            : throw new IOException($"Linking '{to}' failed: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    private string PathOf(ObjectKey key) => Path.Combine(root, key.Value);
}
