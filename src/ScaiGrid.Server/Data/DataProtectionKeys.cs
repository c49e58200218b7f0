using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace ScaiGrid.Server.Data;

/// <summary>Keeps Data Protection's keys in the database, so that every replica can read what another encrypted.</summary>
internal sealed class DataProtectionKeys(IServiceScopeFactory scopes) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var scope = Enter(out var db);
        return [.. db.DataProtectionKeys.Select(k => k.Xml).ToList().Select(XElement.Parse)];
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var scope = Enter(out var db);
        db.DataProtectionKeys.Add(new() { Id = friendlyName, Xml = element.ToString(SaveOptions.DisableFormatting) });
        db.SaveChangesAsync().GetAwaiter().GetResult(); // the framework's interface has no asynchronous form; it runs at start and at rotation
    }

    private IServiceScope Enter(out Db db)
    {
        var scope = scopes.CreateScope();
        scope.ServiceProvider.GetRequiredService<TenantScope>().EnterPlatform();
        db = scope.ServiceProvider.GetRequiredService<Db>();
        return scope;
    }
}
