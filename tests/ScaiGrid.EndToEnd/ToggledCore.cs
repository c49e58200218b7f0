using System.Net;
using ScaiGrid.EndToEnd.Host;

namespace ScaiGrid.EndToEnd;

/// <summary>A Core that is published and unpublished in turns, and what is known of it when the server dies in the middle.</summary>
internal sealed class ToggledCore(string id, string slug)
{
    private bool _underWay;

    public string Id => id;

    public string Slug => slug;

    /// <summary>What the last acknowledged call made of it.</summary>
    public bool IsPublished { get; private set; }

    /// <summary>How many calls were acknowledged.</summary>
    public int Acknowledged { get; private set; }

    public async Task ToggleUntilKilledAsync(HttpClient http)
    {
        try
        {
            while (true)
            {
                _underWay = true;
                var answer = await http.SendAsync(HttpMethod.Post, $"{Calls.Base}/cores/{id}/{(IsPublished ? "unpublish" : "publish")}");
                Assert.True(answer.Status == HttpStatusCode.OK, $"{answer.Body}");
                (IsPublished, _underWay) = (!IsPublished, false);
                Acknowledged++;
            }
        }
        catch (HttpRequestException)
        {
            // killed; the call that was under way has happened or has not
        }
    }

    /// <summary>Takes in what the restarted server says.</summary>
    public void Settle(bool published)
    {
        Assert.True(published == IsPublished || _underWay, $"{slug}: what was acknowledged is lost, published is {published}.");
        (IsPublished, _underWay) = (published, false);
    }
}
