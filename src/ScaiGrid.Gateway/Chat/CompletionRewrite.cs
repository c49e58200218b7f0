using System.Buffers;

namespace ScaiGrid.Gateway.Chat;

/// <summary>Copies an upstream's object, which has at least one member, with members added in front and values replaced.</summary>
internal readonly ref struct CompletionRewrite
{
    private readonly ReadOnlySpan<byte> _body;
    private readonly IBufferWriter<byte> _output;

    public CompletionRewrite(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        _body = body;
        _output = output;
        _output.Write("{"u8);
    }

    /// <param name="name">The quoted name and its colon.</param>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _output.Write(name);
        _output.Write(value);
        _output.Write(","u8);
    }

    /// <param name="model">Where the model's name stands; null adds it.</param>
    /// <param name="usage">Where a usage stands that is to be replaced; null leaves things as they are.</param>
    public void Finish(Range? model, ReadOnlySpan<byte> quotedModel, Range? usage, ReadOnlySpan<byte> usageValue)
    {
        if (model is null)
        {
            Add("\"model\":"u8, quotedModel);
        }

        var at = _body.IndexOf((byte)'{') + 1;
        if (model is { } m && usage is { } u && u.Start.Value < m.Start.Value)
        {
            at = Replace(at, u, usageValue);
            at = Replace(at, m, quotedModel);
        }
        else
        {
            at = model is { } place ? Replace(at, place, quotedModel) : at;
            at = usage is { } bad ? Replace(at, bad, usageValue) : at;
        }

        _output.Write(_body[at..]);
    }

    private int Replace(int from, Range range, ReadOnlySpan<byte> value)
    {
        _output.Write(_body[from..range.Start]);
        _output.Write(value);
        return range.End.Value;
    }
}
