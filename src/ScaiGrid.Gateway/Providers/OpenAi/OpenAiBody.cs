using System.Buffers;
using System.Buffers.Text;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;

namespace ScaiGrid.Gateway.Providers.OpenAi;

/// <summary>
/// The body for an upstream with OpenAI's protocol: the caller's bytes, with the members that are the gateway's business
/// changed.
/// </summary>
internal static class OpenAiBody
{
    /// <param name="quotedModel">The upstream's name of the model, as a JSON string; empty sends the public slug.</param>
    /// <param name="outputLimit">The quoted name and colon of the member that limits the output where the caller named none.</param>
    public static void Write(
        ChatCall call, ReadOnlySpan<byte> quotedModel, ReadOnlySpan<byte> outputLimit, bool stream, IBufferWriter<byte> output)
    {
        var (request, route) = (call.Request, call.Route);
        var splice = new ObjectSplice(request.Body.Span, output);
        foreach (ref readonly var member in request.Members)
        {
            AddMember(ref splice, member, call, quotedModel, stream);
        }

        if (stream)
        {
            splice.Add("\"stream\":true"u8);
            if (!request.Has(ChatMember.StreamOptions))
            {
                splice.Add("\"stream_options\":{\"include_usage\":true}"u8);
            }
        }

        AddDefaults(ref splice, request, route);
        if (request.MaxTokens is null && route.DefaultMaxTokens is { } tokens)
        {
            splice.Add(outputLimit, Digits(tokens, stackalloc byte[10]));
        }

        splice.End();
    }

    private static void AddMember(
        ref ObjectSplice splice, in MemberRange member, ChatCall call, ReadOnlySpan<byte> quotedModel, bool stream)
    {
        var (request, route) = (call.Request, call.Route);
        var body = request.Body.Span;
        switch (member.Member)
        {
            case ChatMember.Model:
                splice.Add("\"model\":"u8, quotedModel.IsEmpty ? route.QuotedSlug.Span : quotedModel);
                break;
            case ChatMember.Messages when route.SystemMessage is { } system:
                splice.Add(system, body[(member.ValueStart + 1)..member.End]);
                break;
            case ChatMember.MaxTokens or ChatMember.MaxCompletionTokens when IsOver(route.MaxOutputTokens, body[member.ValueStart..member.End]):
                splice.Add(body[member.Start..member.ValueStart], Digits(route.MaxOutputTokens!.Value, stackalloc byte[10]));
                break;
            case ChatMember.StreamOptions when stream:
                AddStreamOptions(ref splice, request, member);
                break;
            case ChatMember.Absent or ChatMember.Metadata or ChatMember.Stream or ChatMember.StreamOptions:
                splice.Skip();
                break;
            default:
                splice.Keep(member.Start, member.End);
                break;
        }
    }

    /// <summary>The upstream is always asked to count; whatever else the caller wants of the stream stays.</summary>
    private static void AddStreamOptions(ref ObjectSplice splice, ChatRequest request, in MemberRange member)
    {
        var body = request.Body.Span;
        if (request.IncludeUsage)
        {
            splice.Keep(member.Start, member.End);
        }
        else if (request.IncludeUsageStart is var said and > 0)
        {
            splice.Add(body[member.Start..said], "true"u8, body[(said + "false".Length)..member.End]);
        }
        else
        {
            var others = body[(member.ValueStart + 1)..member.End];
            var more = others.TrimStart(" \t\r\n"u8)[0] != (byte)'}';
            splice.Add("\"stream_options\":{\"include_usage\":true"u8, more ? ","u8 : default, others);
        }
    }

    private static void AddDefaults(ref ObjectSplice splice, ChatRequest request, Routing.Route route)
    {
        foreach (var parameter in route.Defaults)
        {
            if (!request.Has(parameter.Member, parameter.QuotedName))
            {
                splice.Add(parameter.QuotedName, ":"u8, parameter.Value);
            }
        }
    }

    private static bool IsOver(int? limit, ReadOnlySpan<byte> number) =>
        limit is { } most && Utf8Parser.TryParse(number, out int asked, out _) && asked > most;

    private static ReadOnlySpan<byte> Digits(int number, Span<byte> room)
    {
        Utf8Formatter.TryFormat(number, room, out var length);
        return room[..length];
    }
}
