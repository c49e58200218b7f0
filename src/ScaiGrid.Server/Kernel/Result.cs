using System.Diagnostics.CodeAnalysis;

namespace ScaiGrid.Server.Kernel;

/// <summary>A value, or the <see cref="Error"/> that refused it. No Map, no Bind: handlers read top to bottom.</summary>
internal readonly struct Result<T> where T : notnull
{
    private readonly T? _value;
    private readonly Error? _error;

    private Result(T? value, Error? error) => (_value, _error) = (value, error);

    public static implicit operator Result<T>(T value) => new(value, null);

    public static implicit operator Result<T>(Error error) => new(default, error);

    public bool Succeeded([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out Error? error)
    {
        (value, error) = (_value, _error);
        return error is null;
    }
}
