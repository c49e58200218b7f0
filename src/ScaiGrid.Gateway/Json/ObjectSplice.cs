using System.Buffers;

namespace ScaiGrid.Gateway.Json;

/// <summary>
/// Writes a JSON object out of members of another one, copied as they stand, and new ones. Members that stay neighbours are
/// copied at one go. Calls to <see cref="Keep"/> must follow the source's order.
/// </summary>
internal ref struct ObjectSplice
{
    private readonly ReadOnlySpan<byte> _source;
    private readonly IBufferWriter<byte> _output;
    private int _runStart, _runEnd;
    private bool _any;

    public ObjectSplice(ReadOnlySpan<byte> source, IBufferWriter<byte> output)
    {
        _source = source;
        _output = output;
        _runStart = -1;
        _output.Write("{"u8);
    }

    /// <summary>Copies the source's bytes from the member's name to the end of its value.</summary>
    public void Keep(int start, int end)
    {
        if (_runStart < 0)
        {
            _runStart = start;
        }

        _runEnd = end;
    }

    /// <summary>Ends the run of neighbours: the next member of the source is not copied.</summary>
    public void Skip()
    {
        if (_runStart >= 0)
        {
            Separate();
            _output.Write(_source[_runStart.._runEnd]);
            _runStart = -1;
        }
    }

    /// <summary>Writes a member, <c>"name":value</c>, in one to three pieces.</summary>
    public void Add(scoped ReadOnlySpan<byte> first, scoped ReadOnlySpan<byte> second = default, scoped ReadOnlySpan<byte> third = default)
    {
        Skip();
        Separate();
        _output.Write(first);
        _output.Write(second);
        _output.Write(third);
    }

    public void End()
    {
        Skip();
        _output.Write("}"u8);
    }

    private void Separate()
    {
        if (_any)
        {
            _output.Write(","u8);
        }

        _any = true;
    }
}
