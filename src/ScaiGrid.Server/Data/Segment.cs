using System.IO.MemoryMappedFiles;

namespace ScaiGrid.Server.Data;

/// <summary>
/// A file that is written through memory: a line that was appended outlives the process, however that ends, without a call of the
/// operating system for each. Behind the last line there are zeros.
/// </summary>
internal sealed unsafe class Segment : IDisposable
{
    private const int InitialSize = 1 << 20;

    private readonly FileStream _file;
    private MemoryMappedFile? _map;
    private MemoryMappedViewAccessor? _view;
    private byte* _start;
    private long _size, _used;

    /// <param name="path">A new file. It is locked while it is open, which tells it from one that a killed process left.</param>
    public Segment(string path)
    {
        _file = new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        Extend(InitialSize);
        Map(InitialSize);
    }

    /// <summary>The complete lines of a file that nobody holds open; null when somebody does.</summary>
    public static byte[][]? ReadAbandoned(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return LinesOf(bytes);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Not for two threads at once.</summary>
    public void Append(ReadOnlySpan<byte> line)
    {
        if (_used + line.Length + 1 > _size)
        {
            var size = Math.Max(_size * 2, _used + line.Length + 1);
            Extend(size);
            Unmap();
            Map(size);
        }

        var free = new Span<byte>(_start + _used, line.Length + 1);
        line.CopyTo(free);
        free[^1] = (byte)'\n'; // last: a line without it is one in the midst of which the process died
        _used += free.Length;
    }

    public byte[][] Lines() => LinesOf(new Span<byte>(_start, checked((int)_used)));

    /// <summary>Forgets all lines, and keeps the file for the next.</summary>
    public void Clear()
    {
        for (long at = 0; at < _used; at += int.MaxValue)
        {
            new Span<byte>(_start + at, (int)Math.Min(_used - at, int.MaxValue)).Clear();
        }

        _used = 0;
    }

    /// <summary>Closes the file and deletes it when it is empty.</summary>
    public void Dispose()
    {
        Unmap();
        _file.SetLength(_used);
        if (_used == 0)
        {
            File.Delete(_file.Name);
        }

        _file.Dispose();
    }

    private static byte[][] LinesOf(ReadOnlySpan<byte> bytes)
    {
        var lines = new List<byte[]>();
        while (bytes.IndexOf((byte)'\n') is var end && end >= 0)
        {
            lines.Add(bytes[..end].ToArray());
            bytes = bytes[(end + 1)..];
        }

        return [.. lines];
    }

    /// <summary>Writes zeros up to the size: a disk that is full says so here, as an error, and not later as a fault of memory.</summary>
    private void Extend(long size)
    {
        var zeros = new byte[64 << 10];
        _file.Position = _file.Length;
        while (_file.Position < size)
        {
            _file.Write(zeros, 0, (int)Math.Min(zeros.Length, size - _file.Position));
        }
    }

    private void Map(long size)
    {
        _size = size;
        _map = MemoryMappedFile.CreateFromFile(_file, null, size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, size);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    private void Unmap()
    {
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _map?.Dispose();
    }
}
