// One import for the whole library: every module, re-exported.

@_exported public import ComputePlanning
@_exported public import CurveFitting
@_exported public import Execution
@_exported public import Figures
@_exported public import FileFormats
@_exported public import LanguageModeling
@_exported public import LossNumerics
@_exported public import ModelShapes
@_exported public import NGramModels
@_exported public import ScalingLaws
@_exported public import Tokenization
@_exported public import Training
@_exported public import TransformerModels
