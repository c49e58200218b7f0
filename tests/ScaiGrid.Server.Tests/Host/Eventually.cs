namespace ScaiGrid.Server.Tests.Host;

/// <summary>Waits for what the server does by itself. Asks again and again instead of guessing how long it takes.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task<T> BecomesAsync<T>(Func<Task<T>> ask, Func<T, bool> isRight)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        while (true)
        {
            var answer = await ask();
            if (isRight(answer))
            {
                return answer;
            }

            Assert.False(limit.IsCancellationRequested, $"It still is {answer}.");
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
    }
}
