using ScaiGrid.Server.Access.Oidc;
using ScaiGrid.Server.Features.SignIn;
using ScaiGrid.Server.Kernel;

namespace ScaiGrid.Server;

/// <summary>Finds every fault of the configuration before anything starts.</summary>
internal static class OptionsCheck
{
    public static List<string> Check(ServerOptions options)
    {
        var faults = new List<string>();

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }

        foreach (var url in options.Urls.Split(';'))
        {
            Require(Uri.TryCreate(url.Replace("*", "localhost", StringComparison.Ordinal), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https", $"Urls: '{url}' is not an http or https address.");
        }

        Require(options.PublicUrl is null || Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out _), "PublicUrl is not an absolute address.");
        foreach (var (i, proxy) in options.Proxies.Index())
        {
            Require(ForwardedRequests.TryParse(proxy, out _), $"Proxies:{i} is '{proxy}'; it must be an address or a network, such as 10.0.0.0/8.");
        }

        Require(options.DevToken is null or { Length: >= 16 }, "DevToken must have at least 16 characters.");
        Require(options.DevToken is null == options.DevTenant is null, "DevToken and DevTenant are given together or not at all.");
        Require(options.Database.Provider is "sqlite" or "postgres", $"Database:Provider is '{options.Database.Provider}'; it must be 'sqlite' or 'postgres'.");
        Require(options.Database is not { Provider: "postgres", ConnectionString: null }, "Database:ConnectionString is required when Database:Provider is 'postgres'.");
        Require(options.ObjectStore.Provider is "files" or "s3", $"ObjectStore:Provider is '{options.ObjectStore.Provider}'; it must be 'files' or 's3'.");
        Require(options.ObjectStore is not { Provider: "s3", S3.Bucket: null }, "ObjectStore:S3:Bucket is required when ObjectStore:Provider is 's3'.");
        Require(options.ObjectStore.S3.AccessKey is null == options.ObjectStore.S3.SecretKey is null, "ObjectStore:S3:AccessKey and ObjectStore:S3:SecretKey are given together or not at all.");
        Require(options.Oidc.Authority is null || Uri.TryCreate(options.Oidc.Authority, UriKind.Absolute, out _), "Oidc:Authority is not an absolute address.");
        Require(options.Oidc.Mode is null or "embedded" or "external", $"Oidc:Mode is '{options.Oidc.Mode}'; it must be 'embedded' or 'external'.");
        Require(options.Oidc is not { Mode: "external", Authority: null }, "Oidc:Authority is required when Oidc:Mode is 'external'.");
        Require(options.Oidc is not { Mode: "embedded", Authority: not null }, "Oidc:Authority has no meaning when Oidc:Mode is 'embedded'.");
        Require(options.Oidc is not { Authority: not null, Audience: null }, "Oidc:Audience is required with Oidc:Authority.");
        Require(!options.Oidc.RequireHttps || options.Oidc.Authority is null || options.Oidc.Authority.StartsWith("https://", StringComparison.Ordinal), "Oidc:Authority must be https unless Oidc:RequireHttps is false.");
        CheckEmbedded(options.Oidc, Require);
        Require(options.Bootstrap.File is null || File.Exists(options.Bootstrap.File), $"Bootstrap:File names '{options.Bootstrap.File}', which does not exist.");
        foreach (var (name, limit) in (ReadOnlySpan<(string, int)>)
            [("PerKey", options.RateLimits.PerKey), ("PerUser", options.RateLimits.PerUser), ("PerTenant", options.RateLimits.PerTenant), ("PerPartner", options.RateLimits.PerPartner), ("PerAddress", options.RateLimits.PerAddress),
                ("PerOpenCore", options.RateLimits.PerOpenCore)])
        {
            Require(limit is >= 0 and <= 1_000_000, $"RateLimits:{name} is {limit}; it must be from 0 (unlimited) to 1000000.");
        }

        Require(options.Events.MaxStreamsPerCaller is >= 1 and <= 10_000, $"Events:MaxStreamsPerCaller is {options.Events.MaxStreamsPerCaller}; it must be from 1 to 10000.");
        Require(options.Events.MaxStreamsPerTenant is >= 1 and <= 100_000, $"Events:MaxStreamsPerTenant is {options.Events.MaxStreamsPerTenant}; it must be from 1 to 100000.");
        Require(options.Retention.Runs >= TimeSpan.Zero, $"Retention:Runs is {options.Retention.Runs}; it must be 0 (for ever) or more.");
        Require(options.Retention.Events >= TimeSpan.Zero, $"Retention:Events is {options.Retention.Events}; it must be 0 (for ever) or more.");
        Require(options.Egress.MaxAnswerBytes is >= 1024 and <= 64 << 20, $"Egress:MaxAnswerBytes is {options.Egress.MaxAnswerBytes}; it must be from 1024 to 67108864.");
        return faults;
    }

    /// <summary>What only the embedded issuer reads.</summary>
    private static void CheckEmbedded(OidcOptions oidc, Action<bool, string> require)
    {
        foreach (var (name, time, least, most) in (ReadOnlySpan<(string, TimeSpan, TimeSpan, TimeSpan)>)
            [
                ("AccessTokenLifetime", oidc.AccessTokenLifetime, TimeSpan.FromSeconds(10), TimeSpan.FromDays(1)),
                ("SessionLifetime", oidc.SessionLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(30)),
                ("GrantLifetime", oidc.GrantLifetime, TimeSpan.FromMinutes(1), TimeSpan.FromDays(366)),
                ("SigningKeyLifetime", oidc.SigningKeyLifetime, TimeSpan.FromDays(1), TimeSpan.FromDays(731)),
                ("LockOut", oidc.LockOut, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
            ])
        {
            require(time >= least && time <= most, $"Oidc:{name} is {time}; it must be from {least} to {most}.");
        }

        require(oidc.MaxFailedSignIns is >= 3 and <= 1000, $"Oidc:MaxFailedSignIns is {oidc.MaxFailedSignIns}; it must be from 3 to 1000.");
        foreach (var (i, client) in oidc.Clients.Index())
        {
            require(IdSyntax.Pattern().IsMatch(client.Id), $"Oidc:Clients:{i}:Id must have 1 to 64 letters, digits, '_' and '-'.");
            require(oidc.Clients.Take(i).All(c => c.Id != client.Id), $"Oidc:Clients:{i}:Id '{client.Id}' is given twice.");
            foreach (var (list, uris) in (ReadOnlySpan<(string, List<string>)>)[("RedirectUris", client.RedirectUris), ("PostLogoutRedirectUris", client.PostLogoutRedirectUris)])
            {
                foreach (var (j, uri) in uris.Index())
                {
                    var fault = RedirectUris.Fault(uri);
                    require(fault is null, $"Oidc:Clients:{i}:{list}:{j} {fault}.");
                }
            }
        }
    }
}
