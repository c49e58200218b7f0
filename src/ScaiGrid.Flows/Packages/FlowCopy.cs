using System.Buffers;
using System.Text.Json;
using ScaiGrid.Flows.Manifests;

namespace ScaiGrid.Flows.Packages;

public static class FlowCopy
{
    /// <summary>The flow under another id and name. Everything else is copied byte for byte.</summary>
    /// <param name="flow">A JSON object with the members <c>id</c> and <c>name</c>.</param>
    public static ReadOnlyMemory<byte> Make(ReadOnlySpan<byte> flow, string id, string name)
    {
        var output = new ArrayBufferWriter<byte>(flow.Length + 256);
        var reader = new Utf8JsonReader(flow, new JsonReaderOptions { MaxDepth = 128 });
        var copied = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1)
            {
                continue;
            }

            var replacement = reader.ValueTextEquals("id"u8) ? id : reader.ValueTextEquals("name"u8) ? name : null;
            reader.Read();
            var begin = (int)reader.TokenStartIndex;
            reader.Skip();
            if (replacement is not null)
            {
                output.Write(flow[copied..begin]);
                output.Write(CanonicalJson.WriteUtf8(replacement).Span);
                copied = (int)reader.BytesConsumed;
            }
        }

        output.Write(flow[copied..]);
        return output.WrittenMemory;
    }
}
