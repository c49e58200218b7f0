using ScaiGrid.Server.Tests.Host;

[assembly: AssemblyFixture(typeof(World))]
[assembly: AssemblyFixture(typeof(OidcWorld))]
