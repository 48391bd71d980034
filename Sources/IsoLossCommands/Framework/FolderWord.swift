extension String {
  /// A folder as it is named in reports: without a slash at its end, but for the root.
  var asFolder: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}
