package func normalizedNFC(_ bytes: Span<UInt8>) -> [UInt8]? { nil }
