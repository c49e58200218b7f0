using System.Text;

namespace ScaiGrid.Server.Features.Runs;

/// <summary>Takes the words of a run's answer to whoever waits for it, as the model says them.</summary>
/// <param name="send">Takes some of them there.</param>
internal sealed class ReplyWords(Func<string, Task> send)
{
    private readonly StringBuilder _said = new();
    private readonly Lock _lock = new();
    private Task _sending = Task.CompletedTask;
    private bool _closed;

    /// <summary>Nothing has been said: a model that is asked now may be the one that is listened to.</summary>
    public bool IsSilent => _said.Length == 0;

    public string Said => _said.ToString();

    /// <summary>Sends some words, of one model at a time. Where nobody listens any more they are dropped: the run goes on.</summary>
    public Task SayAsync(string words)
    {
        lock (_lock)
        {
            return _closed ? Task.CompletedTask : _sending = SendAsync(words);
        }
    }

    /// <summary>Nobody listens any longer. When it is done nothing is being sent.</summary>
    public Task CloseAsync()
    {
        lock (_lock)
        {
            _closed = true;
            return _sending;
        }
    }

    private async Task SendAsync(string words)
    {
        _said.Append(words);
        try
        {
            await send(words);
        }
        catch (OperationCanceledException)
        {
            _closed = true; // the caller is gone, or out of time
        }
    }
}
