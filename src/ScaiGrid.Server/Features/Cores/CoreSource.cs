using ScaiGrid.Flows;
using ScaiGrid.Flows.Language;
using ScaiGrid.Flows.Manifests;
using ScaiGrid.Runtime;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary>A Core's manifest, as far as the server has to understand it.</summary>
internal static class CoreSource
{
    public const int MaxBytes = 10 << 20, LongestFlowName = 200;

    public static bool IsYaml(string? contentType) =>
        contentType?.Split(';')[0].Trim() is "application/yaml" or "application/x-yaml" or "text/yaml" or "text/x-yaml";

    /// <summary>The manifest in YAML or JSON text, as the object that a Core keeps.</summary>
    public static Result<Value> Parse(string text) =>
        ManifestReader.Read(text) is var reading && reading.Succeeded(out var manifest) ? manifest.Source : Invalid(reading.Diagnostics);

    /// <summary>Null when the Core has no manifest yet, or one that could run with the Core's settings.</summary>
    public static Error? Check(Core core)
    {
        if (core.ConcurrencyMode == ConcurrencyMode.Entity && core.EntityKeyField is null)
        {
            return KernelErrors.Validation.At("entity_key_field", "is required when concurrency_mode is 'entity'");
        }

        return core.Source == Value.EmptyObject || Load(core.Source).Succeeded(out _, out var error) ? null : error;
    }

    /// <summary>Null when the Core could run now.</summary>
    public static Error? CheckRunnable(Core core, CoreEnvironment environment, CorePlugins plugins)
    {
        if (core.Source == Value.EmptyObject)
        {
            return CoreErrors.InvalidSource.With("The Core has no manifest; give it one with PUT before it is started.");
        }

        return Unreadable(() => environment.Reveal(core.Environment), "environment") ?? Unreadable(() => plugins.Reveal(core.Plugins), "plugins") ?? Check(core);
    }

    /// <summary>Null when the environment has all that the plugins' secrets are said to be.</summary>
    public static Error? CheckReferences(Core core) => CorePlugins.Unset(core.Plugins, core.Environment).ToList() is { Count: > 0 } unset
        ? new Error(CoreErrors.InvalidSource, $"The plugin '{unset[0].Alias}' signs in with '{unset[0].Name}', which the Core's environment does not have.")
        {
            Details = [.. unset.Select(u => new Fault(u.Path, $"names '{u.Name}', for which the environment has no text"))],
        }
        : null;

    private static Error? Unreadable(Func<Value> reveal, string field)
    {
        try
        {
            reveal();
            return null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return CoreErrors.InvalidSource.At(field, "holds a secret that this server has no key for; set it again");
        }
    }

    /// <summary>The program, ready to run.</summary>
    public static Result<Program> Load(Value source)
    {
        var reading = ManifestReader.Read(source);
        if (!reading.Succeeded(out var manifest))
        {
            return Invalid(reading.Diagnostics);
        }

        if (manifest.Flows.FirstOrDefault(f => f.Name.Length > LongestFlowName) is { } flow)
        {
            return CoreErrors.InvalidSource.At("core.flows", $"has a flow named '{flow.Name[..20]}…'; a name may have at most {LongestFlowName} characters");
        }

        return Program.TryLoad(manifest, out var program, out var diagnostics) ? program : Invalid(diagnostics);
    }

    public static ConcurrencyMode ModeOf(Value source) => source["core"]["mode"].AsString() switch
    {
        "entity" => ConcurrencyMode.Entity,
        "singleton" => ConcurrencyMode.Singleton,
        _ => ConcurrencyMode.Stateless,
    };

    public static string? EntityKeyOf(Value source) => source["core"]["entity_key"].AsString();

    public static Error Invalid(IReadOnlyList<Diagnostic> diagnostics)
    {
        var faults = diagnostics.Where(d => d.Severity == Severity.Error)
            .Select(d => new Fault(d.Path.Length == 0 ? "source" : d.Path, d.Line is { } line ? $"{d.Code} (line {line}): {d.Message}" : $"{d.Code}: {d.Message}"))
            .ToList();
        return new(CoreErrors.InvalidSource, $"The manifest has {faults.Count} {(faults.Count == 1 ? "fault" : "faults")}: {faults[0].Message}") { Details = faults };
    }
}
