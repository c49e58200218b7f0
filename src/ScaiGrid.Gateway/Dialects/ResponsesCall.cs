using System.Buffers;
using System.Text.Json;
using ScaiGrid.Gateway.Chat;
using ScaiGrid.Gateway.Json;
using ScaiGrid.Gateway.Providers;

namespace ScaiGrid.Gateway.Dialects;

/// <summary>OpenAI's Responses API (<c>POST /v1/responses</c>), without its store: each call says all that the model is to know.</summary>
public sealed class ResponsesCall : DialectCall
{
    private readonly ResponseObject _response;
    private readonly List<OutputItem> _items = [];
    private OutputItem? _open;
    private int _sequence;
    private bool _begun;

    private ResponsesCall(ChatRequest chat, ResponseObject response) : base(chat) => _response = response;

    public override bool EndsWithDone => false;

    /// <param name="requestId">The response is named after it.</param>
    /// <returns>Null when the request is at fault; then <paramref name="faults"/> holds everything that is wrong with it.</returns>
    public static ResponsesCall? Read(ReadOnlyMemory<byte> utf8, string requestId, DateTimeOffset now, out IReadOnlyList<Fault> faults)
    {
        var found = new List<Fault>();
        faults = found;
        if (!JsonReading.TryParse(utf8, out var document))
        {
            found.Add(new("body", "is not JSON that can be read here"));
            return null;
        }

        using (document)
        {
            var chat = JsonText.Build(json => ResponsesRequest.Translate(new ConfigReader(document.RootElement, faults: found), json));
            return Check(chat, ResponsesRequest.NameOf, found) is { } request ? new(request, new(document.RootElement.Clone(), requestId, now)) : null;
        }
    }

    public override void WriteWhole(JsonElement completion, IBufferWriter<byte> output)
    {
        Take(completion);
        var choice = completion.At("choices"u8).Items.FirstOrDefault();
        _response.FinishReason = choice.TextAt("finish_reason"u8);
        var message = choice.At("message"u8);
        if (message.TextAt("content"u8) is { Length: > 0 } text)
        {
            _items.Add(OutputItem.Message(_response.Id, 0));
            _items[0].Text.Append(text);
        }

        foreach (var call in message.At("tool_calls"u8).Items)
        {
            var item = OutputItem.Call(_response.Id, _items.Count, call.TextAt("id"u8) ?? "", call.At("function"u8).TextAt("name"u8) ?? "");
            item.Text.Append(call.At("function"u8).TextAt("arguments"u8));
            _items.Add(item);
        }

        if (_items.Count == 0)
        {
            _items.Add(OutputItem.Message(_response.Id, 0));
        }

        using var json = new Utf8JsonWriter(output, JsonText.Compact);
        _response.Write(json, _response.EndStatus, _items);
    }

    public override void WriteChunk(JsonElement chunk, IBufferWriter<byte> output)
    {
        Take(chunk);
        Begin(output);
        foreach (var choice in chunk.At("choices"u8).Items)
        {
            var delta = choice.At("delta"u8);
            if (delta.TextAt("content"u8) is { Length: > 0 } text)
            {
                Append(output, ItemFor(output, null, default), text);
            }

            foreach (var call in delta.At("tool_calls"u8).Items)
            {
                var item = ItemFor(output, call.CountAt("index"u8) ?? 0, call);
                if (call.At("function"u8).TextAt("arguments"u8) is { Length: > 0 } arguments)
                {
                    Append(output, item, arguments);
                }
            }

            _response.FinishReason = choice.TextAt("finish_reason"u8) ?? _response.FinishReason;
        }
    }

    public override void WriteEnd(IBufferWriter<byte> output)
    {
        Begin(output);
        if (_items.Count == 0)
        {
            ItemFor(output, null, default);
        }

        Close(output);
        var status = _response.EndStatus;
        Tell(output, $"response.{status}", json =>
        {
            json.WritePropertyName("response"u8);
            _response.Write(json, status, _items);
        });
    }

    public override bool TryWriteFailure(string code, string message, IBufferWriter<byte> output)
    {
        Begin(output);
        Tell(output, "error", json =>
        {
            json.WriteString("code"u8, code);
            json.WriteString("message"u8, message);
            json.WriteNull("param"u8);
        });
        Tell(output, "response.failed", json =>
        {
            json.WritePropertyName("response"u8);
            _response.Write(json, "failed", _items, (code, message));
        });
        return true;
    }

    private void Take(JsonElement chat)
    {
        _response.Model = chat.TextAt("model"u8) ?? _response.Model;
        _response.Usage = chat.At("usage"u8).IsObject ? chat.At("usage"u8).Clone() : _response.Usage;
        _response.AboutRun = chat.At("scaicore"u8).IsObject ? chat.At("scaicore"u8).Clone() : _response.AboutRun;
    }

    private void Begin(IBufferWriter<byte> output)
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        foreach (var name in (ReadOnlySpan<string>)["response.created", "response.in_progress"])
        {
            Tell(output, name, json =>
            {
                json.WritePropertyName("response"u8);
                _response.Write(json, "in_progress", []);
            });
        }
    }

    /// <summary>The item that is being told; another one ends the one before.</summary>
    /// <param name="call">The number of a tool call within the answer; null for its text.</param>
    private OutputItem ItemFor(IBufferWriter<byte> output, int? call, JsonElement told)
    {
        if (_open is not null && _open.CallNumber == call)
        {
            return _open;
        }

        Close(output);
        var item = call is null
            ? OutputItem.Message(_response.Id, _items.Count)
            : OutputItem.Call(_response.Id, _items.Count, told.TextAt("id"u8) ?? $"call_{call}", told.At("function"u8).TextAt("name"u8) ?? "") with { CallNumber = call };
        _items.Add(item);
        _open = item;
        Tell(output, "response.output_item.added", json =>
        {
            json.WriteNumber("output_index"u8, item.Index);
            json.WritePropertyName("item"u8);
            item.Write(json, "in_progress", empty: true);
        });
        if (call is null)
        {
            TellPart(output, "response.content_part.added", item, "");
        }

        return item;
    }

    private void Append(IBufferWriter<byte> output, OutputItem item, string text)
    {
        item.Text.Append(text);
        Tell(output, item.IsCall ? "response.function_call_arguments.delta" : "response.output_text.delta", json =>
        {
            item.WritePlace(json);
            json.WriteString("delta"u8, text);
            item.WriteLogprobs(json);
        });
    }

    private void Close(IBufferWriter<byte> output)
    {
        if (_open is not { } item)
        {
            return;
        }

        _open = null;
        var text = item.Text.ToString();
        Tell(output, item.IsCall ? "response.function_call_arguments.done" : "response.output_text.done", json =>
        {
            item.WritePlace(json);
            json.WriteString(item.IsCall ? "arguments"u8 : "text"u8, text);
            item.WriteLogprobs(json);
        });
        if (!item.IsCall)
        {
            TellPart(output, "response.content_part.done", item, text);
        }

        Tell(output, "response.output_item.done", json =>
        {
            json.WriteNumber("output_index"u8, item.Index);
            json.WritePropertyName("item"u8);
            item.Write(json, "completed", empty: false);
        });
    }

    private void TellPart(IBufferWriter<byte> output, string name, OutputItem item, string text) => Tell(output, name, json =>
    {
        item.WritePlace(json);
        json.WritePropertyName("part"u8);
        OutputItem.WritePart(json, text);
    });

    private void Tell(IBufferWriter<byte> output, string name, Action<Utf8JsonWriter> write) => WriteEvent(output, name, json =>
    {
        json.WriteStartObject();
        json.WriteString("type"u8, name);
        json.WriteNumber("sequence_number"u8, _sequence++);
        write(json);
        json.WriteEndObject();
    });
}
