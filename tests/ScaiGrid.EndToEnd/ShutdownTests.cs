using System.Net;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>SIGTERM: what runs is finished, nothing new is taken, nothing is lost.</summary>
public sealed class ShutdownTests
{
    [Fact]
    public async Task A_call_under_way_is_answered_and_accounted_before_the_server_ends()
    {
        await using var upstream = new CannedUpstream();
        await using var installation = Installation.Make(settings: upstream.Setting);
        await using var server = await installation.StartAsync();
        using var alice = server.ClientFor(installation.Key);
        upstream.Hold();
        var call = alice.ChatAsync("test/canned", "What is it?");
        await upstream.Asked.WaitAsync(TestContext.Current.CancellationToken);

        server.SendTerminate();
        await Eventually.TrueAsync(async () => await IsRefusedAsync(server), TimeSpan.FromSeconds(20));
        upstream.Release();

        var answer = await call;
        Assert.Equal((HttpStatusCode.OK, CannedUpstream.Words), (answer.Status, answer.Data.Reply));
        Assert.Equal(0, await server.ExitAsync());
        Assert.Equal([answer.RequestId], installation.Rows.Single("SELECT request_id FROM usage_records"));
    }

    private static async Task<bool> IsRefusedAsync(ServerProcess server)
    {
        using var stranger = server.ClientFor(null); // on a connection of its own
        try
        {
            await stranger.GetAsync(new Uri("/health/live", UriKind.Relative), TestContext.Current.CancellationToken);
            return false;
        }
        catch (HttpRequestException)
        {
            return true;
        }
    }
}
