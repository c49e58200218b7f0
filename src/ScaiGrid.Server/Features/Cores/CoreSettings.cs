using ScaiGrid.Flows.Language;
using ScaiGrid.Server.Access;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server.Features.Cores;

/// <summary>What a caller may set on a Core, at birth and later. Null = not told.</summary>
internal abstract record CoreSettings
{
    public RuntimeMode? RuntimeMode { get; init; }

    /// <summary>Null at birth = what the manifest says, else stateless.</summary>
    public ConcurrencyMode? ConcurrencyMode { get; init; }

    /// <summary>The input field that tells entities apart; required with the mode <c>entity</c>.</summary>
    public string? EntityKeyField { get; init; }

    /// <summary>A manifest as an object, <c>{"core": {…}}</c>; <c>{}</c> = none yet.</summary>
    public Value? Source { get; init; }

    /// <summary>Each <c>{alias, endpoint, kind?, auth?, timeout?}</c>: an http address, <c>http</c> for the bridge or <c>mcp</c>, and how to sign in there, such as <c>{"type": "bearer", "token": "${NAME}"}</c> with a name of the environment. The timeout is in seconds.</summary>
    public Value? Plugins { get; init; }

    /// <summary>Name → value, or <c>{"type": "secret", "value": "…"}</c>.</summary>
    public Value? Environment { get; init; }

    public Value? ResourceLimits { get; init; }

    public CheckpointMode? CheckpointMode { get; init; }

    /// <summary>Anything but <c>standard</c> needs the permission <c>scaicore:admin</c>.</summary>
    public PrivilegeLevel? PrivilegeLevel { get; init; }

    /// <summary>The owner's own members. <c>published</c> and <c>published_…</c> are the server's and are left out.</summary>
    public Value? Metadata { get; init; }

    /// <summary>A PNG, JPEG or WebP image of at most 1 MiB, in base64.</summary>
    public string? AvatarB64 { get; init; }

    public string? AvatarContentType { get; init; }

    /// <summary>Every fault of the settings, told from each other and from what the caller may.</summary>
    public void Check(string? name, Principal caller, CorePlugins registry, List<Fault> faults)
    {
        if (name is { } given && (string.IsNullOrWhiteSpace(given) || given.Length > 200 || given.Any(char.IsControl)))
        {
            faults.Add(new("name", "must be 1 to 200 characters, none of them a control character"));
        }

        if (EntityKeyField is { } field && (field.Length is 0 or > 100 || field.Any(char.IsControl)))
        {
            faults.Add(new("entity_key_field", "must be 1 to 100 characters, none of them a control character"));
        }

        Require(Source, ValueKind.Object, "source", "must be an object", faults);
        if (Require(Plugins, ValueKind.Array, "plugins", "must be an array", faults) is { } plugins)
        {
            registry.Check(plugins, faults);
        }

        Require(ResourceLimits, ValueKind.Object, "resource_limits", "must be an object", faults);
        Require(Metadata, ValueKind.Object, "metadata", "must be an object", faults);
        if (Require(Environment, ValueKind.Object, "environment", "must be an object", faults) is { } environment)
        {
            CoreEnvironment.Check(environment, faults);
        }

        if (PrivilegeLevel is not null and not Cores.PrivilegeLevel.Standard && !caller.May(Permissions.CoreAdmin))
        {
            faults.Add(new("privilege_level", $"needs the permission '{Permissions.CoreAdmin}'"));
        }
    }

    /// <summary>Puts what was told onto the Core. The caller has checked it.</summary>
    public void Apply(Core core, CoreEnvironment environment, CorePlugins plugins)
    {
        core.RuntimeMode = RuntimeMode ?? core.RuntimeMode;
        core.Source = Source ?? core.Source;
        core.ConcurrencyMode = ConcurrencyMode ?? core.ConcurrencyMode;
        core.EntityKeyField = EntityKeyField ?? core.EntityKeyField;
        core.Plugins = Plugins is { } own ? plugins.Protect(own, core.Plugins) : core.Plugins;
        core.Environment = Environment is { } sent ? environment.Protect(sent, core.Environment) : core.Environment;
        core.ResourceLimits = ResourceLimits ?? core.ResourceLimits;
        core.CheckpointMode = CheckpointMode ?? core.CheckpointMode;
        core.PrivilegeLevel = PrivilegeLevel ?? core.PrivilegeLevel;
        if (Metadata is { } metadata)
        {
            core.ReplaceMetadata(metadata);
        }
    }

    private static Value? Require(Value? value, ValueKind kind, string field, string message, List<Fault> faults)
    {
        if (value is { } given && given.Kind != kind)
        {
            faults.Add(new(field, message));
            return null;
        }

        return value;
    }
}
