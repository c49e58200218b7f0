namespace ScaiGrid.EndToEnd.Host;

/// <summary>Waits for what a server does by itself. Asks again and again instead of guessing how long it takes.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until it is so; a question that was asked when the patience was over is the last.</summary>
    public static async Task TrueAsync(Func<Task<bool>> ask, TimeSpan patience)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience);
        while (true)
        {
            var last = limit.IsCancellationRequested;
            if (await ask())
            {
                return;
            }

            Assert.False(last, $"It was not so within {patience}.");
            await Task.Delay(Pause, CancellationToken.None);
        }
    }
}
