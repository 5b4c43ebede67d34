"""`zhibu doctor`: examines an installation part by part, and a deployment for what is unsafe in production."""
