"""As provas: para cada seta e cada benefício, as linhas do template que os tornam verdadeiros."""
