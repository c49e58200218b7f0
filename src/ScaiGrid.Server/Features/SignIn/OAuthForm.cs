using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.SignIn;

/// <summary>
/// The parameters of an OAuth request. One that is empty counts as left out, and one that comes twice is refused (RFC 6749, section 3.1).
/// </summary>
internal sealed class OAuthParameters
{
    private const int MaxCount = 40, MaxName = 100, MaxValue = 16 * 1024;

    private readonly Dictionary<string, string> _values = [];

    private OAuthParameters()
    {
    }

    public string? this[string name] => _values.GetValueOrDefault(name);

    public IEnumerable<KeyValuePair<string, string>> All => _values;

    public bool Has(string name, [NotNullWhen(true)] out string? value) => _values.TryGetValue(name, out value);

    public static Result<OAuthParameters> Read(IEnumerable<KeyValuePair<string, StringValues>> given)
    {
        var read = new OAuthParameters();
        foreach (var (name, values) in given)
        {
            if (values.Count > 1)
            {
                return KernelErrors.Validation.At(Cut(name), "must not be given twice");
            }

            var value = values.ToString();
            if (name.Length > MaxName || value.Length > MaxValue || value.Contains('\0', StringComparison.Ordinal))
            {
                return KernelErrors.Validation.At(Cut(name), $"must be text of at most {MaxValue} characters");
            }

            if (value.Length > 0)
            {
                read._values[name] = value;
            }
        }

        return read._values.Count > MaxCount ? KernelErrors.Validation.With($"The request has more than {MaxCount} parameters.") : read;
    }

    private static string Cut(string name) => name.Length > MaxName ? name[..MaxName] : name;
}

/// <summary>The body of a form, bounded; the <see cref="Refusals"/> filter answers for a faulty one.</summary>
internal sealed class OAuthForm : IRefusable
{
    private const int MaxBytes = 64 * 1024;

    private readonly OAuthParameters? _parameters;

    private OAuthForm(OAuthParameters? parameters, Error? fault) => (_parameters, Fault) = (parameters, fault);

    public Error? Fault { get; }

    public OAuthParameters Parameters => _parameters ?? throw new InvalidOperationException("A refused form has no parameters: the endpoint lacks the Refusals filter.");

    public static async ValueTask<OAuthForm?> BindAsync(HttpContext context, ParameterInfo _)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentType!.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
        {
            return new(null, KernelErrors.Validation.At("body", "must be application/x-www-form-urlencoded"));
        }

        var (bytes, error) = await RequestBody.ReadAsync(context, MaxBytes);
        if (error is not null)
        {
            return new(null, error);
        }

        try
        {
            var fields = new FormReader(Encoding.UTF8.GetString(bytes.Span)).ReadForm();
            context.Request.Form = new FormCollection(fields); // where the framework's protection against forged forms looks
            return OAuthParameters.Read(fields).Succeeded(out var parameters, out error) ? new(parameters, null) : new(null, error);
        }
        catch (InvalidDataException e)
        {
            return new(null, KernelErrors.Validation.At("body", e.Message));
        }
    }
}
