/// Thread stacks by their shape: a guard below private memory of the usual size, which is how
/// `RegionClassifier` knows them.
struct StackShapes: OriginRule {
  init?(_ scene: OriginScene) {
    if scene.facts.showsAllOfGlibc { return nil }
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    scene.regions[index].kind == .stack ? Origin(.threadStack, .likely) : nil
  }
}
