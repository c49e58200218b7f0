using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ScaiGrid.Server.Tests.Cores;
using ScaiGrid.Server.Tests.Host;

namespace ScaiGrid.Server.Tests.Events;

/// <summary>One message of an event stream.</summary>
/// <param name="Event">Null where none is named.</param>
internal sealed record Sent(string? Id, string? Event, JsonElement Data);

internal static class EventSteps
{
    public const string Path = $"{TestCores.Base}/events";

    /// <summary>Three steps, one of which tells an event of its author's.</summary>
    public const string Telling = """
        core:
          name: Order Desk
          flows:
            - name: order
              steps:
                - { id: greet, rigid: "Hello {{input.name}}" }
                - id: ship
                  set: { number: "42" }
                  emit: { event: order.shipped, payload: { number: "{{number}}", to: "{{input.name}}" } }
                - { id: tell, rigid: "Shipped {{number}}" }
        """;

    extension(HttpClient http)
    {
        /// <summary>What is listed, the oldest first.</summary>
        public async Task<List<JsonElement>> EventsAsync(string query = "")
        {
            var page = await http.GetDataAsync($"{Path}?limit=500{query}");
            return [.. page.At("events").EnumerateArray().Reverse()];
        }

        public async Task<HttpResponseMessage> FollowAsync(string query = "", string? lastEventId = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{Path}{query}");
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
            if (lastEventId is not null)
            {
                request.Headers.Add("Last-Event-ID", lastEventId);
            }

            return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        }
    }

    extension(HttpResponseMessage stream)
    {
        /// <summary>What comes, until the stream ends.</summary>
        public async IAsyncEnumerable<Sent> ReadAsync([EnumeratorCancellation] CancellationToken ct = default)
        {
            using var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(ct));
            string? id = null, name = null, data = null;
            while (await reader.ReadLineAsync(ct) is { } line)
            {
                switch (line.Split(": ", 2))
                {
                    case ["id", var value]:
                        id = value;
                        break;
                    case ["event", var value]:
                        name = value;
                        break;
                    case ["data", var value]:
                        data = value;
                        break;
                    case [""] when data is not null:
                        yield return new(id, name, JsonDocument.Parse(data).RootElement);
                        (name, data) = (null, null);
                        break;
                }
            }
        }

        /// <summary>The next so many messages.</summary>
        public async Task<List<Sent>> TakeAsync(int count)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromSeconds(20));
            var sent = new List<Sent>();
            await foreach (var message in stream.ReadAsync(limit.Token))
            {
                sent.Add(message);
                if (sent.Count == count)
                {
                    break;
                }
            }

            return sent;
        }
    }

    extension(JsonElement listed)
    {
        public string? Type => listed.Text("type");
    }
}
