"""O site: a extensão de Markdown que liga as páginas às figuras e aos templates, e a construção."""
