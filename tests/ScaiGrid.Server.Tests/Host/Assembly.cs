using ScaiGrid.Server.Tests.Host;

[assembly: AssemblyFixture(typeof(World))]
