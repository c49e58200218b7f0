using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ScaiGrid.Server.Data;

/// <summary>
/// Work for one tenant and work for the whole platform have a model each, one with filters and one without: no index serves a filter that says
/// "the platform, or this tenant".
/// </summary>
internal sealed class ModelBySight : IModelCacheKeyFactory
{
    public object Create(DbContext context, bool designTime) => (context.GetType(), ((Db)context).SeesAllTenants, designTime);
}

internal static class Sight
{
    extension<T>(EntityTypeBuilder<T> entity) where T : class
    {
        /// <param name="ofTenant">What the rows of the current tenant have in common.</param>
        public void FilterUnlessPlatform(Db db, Expression<Func<T, bool>> ofTenant)
        {
            if (!db.SeesAllTenants)
            {
                entity.HasQueryFilter(ofTenant);
            }
        }
    }
}
