using System.IO.Pipelines;
using ScaiGrid.Gateway.Providers;
using ScaiGrid.Gateway.Routing;

namespace ScaiGrid.Gateway.Tests;

/// <summary>The way from a call to what a caller gets, as a server would go it.</summary>
internal static class Wire
{
    public static async Task<ChatResult> ChatAsync(IChatProvider provider, string json = Sample.Hello) =>
        await new Dispatcher(TimeProvider.System, new Random(1), new() { Rounds = 1 })
            .ChatAsync(Sample.Route(provider), Sample.Request(json), Sample.Context, TestContext.Current.CancellationToken);

    public static async Task<(ChatResult Result, string Sent)> StreamAsync(
        IChatProvider provider, string json = Sample.Hello, ChatContext? context = null, Dispatcher? dispatcher = null)
    {
        var sent = new MemoryStream();
        var writer = PipeWriter.Create(sent, new(leaveOpen: true));
        dispatcher ??= new Dispatcher(TimeProvider.System, new Random(1), new() { Rounds = 1 });
        var result = await dispatcher.StreamAsync(
            Sample.Route(provider), Sample.Request(json), context ?? Sample.Context, writer, TestContext.Current.CancellationToken);
        await writer.CompleteAsync();
        return (result, Sample.Text(sent.ToArray()));
    }
}
