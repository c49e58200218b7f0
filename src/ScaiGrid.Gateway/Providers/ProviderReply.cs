using System.Diagnostics.CodeAnalysis;
using ScaiGrid.Gateway.Chat;

namespace ScaiGrid.Gateway.Providers;

/// <summary>An answer, or the failure that stands in its place.</summary>
public readonly struct ProviderReply
{
    private readonly ChatAnswer? _answer;
    private readonly ProviderFailure? _failure;

    private ProviderReply(ChatAnswer? answer, ProviderFailure? failure) => (_answer, _failure) = (answer, failure);

    public static implicit operator ProviderReply(ChatAnswer answer) => new(answer, null);

    public static implicit operator ProviderReply(ProviderFailure failure) => new(null, failure);

    public bool Succeeded([NotNullWhen(true)] out ChatAnswer? answer, [NotNullWhen(false)] out ProviderFailure? failure)
    {
        (answer, failure) = (_answer, _failure);
        return _answer is not null;
    }
}
