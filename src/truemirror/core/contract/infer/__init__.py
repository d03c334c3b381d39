"""Inference: contracts and schemas from what was recorded."""

from truemirror.core.contract.infer.document import infer_documents
from truemirror.core.contract.infer.samples import infer_schema

__all__ = ["infer_documents", "infer_schema"]
