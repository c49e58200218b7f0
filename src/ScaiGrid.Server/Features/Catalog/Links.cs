using System.Globalization;

namespace ScaiGrid.Server.Features.Catalog;

internal static class Links
{
    extension(HttpContext http)
    {
        /// <summary>Names the next page of a bare array in the header <c>Link</c> (RFC 8288), with what else was asked for.</summary>
        /// <param name="cursor">Null on the last page.</param>
        public void LinkNext(string? cursor, int limit)
        {
            if (cursor is null)
            {
                return;
            }

            var rest = http.Request.Query.Where(q => q.Key is not ("limit" or "cursor")).SelectMany(q => q.Value, (q, value) => KeyValuePair.Create(q.Key, value));
            var query = QueryString.Create([.. rest, new("limit", limit.ToString(CultureInfo.InvariantCulture)), new("cursor", cursor)]);
            http.Response.Headers.Link = $"<{http.Request.PathBase}{http.Request.Path}{query}>; rel=\"next\"";
        }
    }
}
